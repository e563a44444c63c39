package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type vacancies struct {
	eilev1.UnimplementedVacancyServiceServer
	office *rpc.Office
}

func (s *vacancies) ListVacancies(ctx context.Context, req *eilev1.ListVacanciesRequest) (*eilev1.ListVacanciesResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "vacancy.empty_since"); err != nil {
		return nil, err
	}
	page, err := rpc.PageOf(req)
	if err != nil {
		return nil, err
	}
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	run, matches, err := s.latest(ctx)
	if err != nil {
		return nil, err
	}
	var all []*eilev1.VacantHome
	err = s.office.Recall(ctx, func(v *store.View) error {
		all, err = figures.Vacancies(v, rules.Today, run, matches)
		return err
	})
	if err != nil {
		return nil, err
	}
	var asked []*eilev1.VacantHome
	for _, home := range all {
		if filter.Vacancy(req, home) {
			asked = append(asked, home)
		}
	}
	rows := rpc.Cut(page, asked, figures.AgeKey)
	return &eilev1.ListVacanciesResponse{
		Homes: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, nil
}

// latest is the last run that matched, and whom with what.
func (s *vacancies) latest(ctx context.Context) (run *eilev1.Run, matches []*eilev1.Run_Match, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		run, err = figures.LatestRun(v)
		return err
	})
	if err != nil || run == nil {
		return nil, nil, err
	}
	matches, err = evidence.Matches(ctx, s.office.Register, run.GetId())
	return run, matches, err
}
