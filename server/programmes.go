package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type programmes struct {
	eilev1.UnimplementedProgrammeServiceServer
	office *rpc.Office
}

func (s *programmes) CreateProgramme(ctx context.Context, req *eilev1.CreateProgrammeRequest) (*eilev1.Programme, error) {
	name := req.GetName()
	_, err := s.office.Change(ctx, req, "programme.create", req.GetGiveUpReason(), func(c casework.Change) error {
		_, taken, err := store.Programmes.Find(c.Tx, name)
		if err != nil {
			return err
		}
		if taken {
			return rpc.AlreadyRegistered(store.Programmes.Noun, name)
		}
		if req.GetGiveUpReason() != "" {
			if _, err := proposalID(c.Tx, name, req.GetUnits()); err != nil {
				return err
			}
		}
		c.Tx.Result(name)
		programme := &eilev1.Programme{
			Name: name, Places: req.GetPlaces(), CaseWorker: req.GetCaseWorker(), SpreadDistricts: req.GetSpreadDistricts(),
		}
		return home.CreateProgramme(c, programme, req.GetUnits(), req.GetGiveUpReason())
	})
	if err != nil {
		return nil, err
	}
	return s.programme(ctx, name)
}

// amend changes one stored programme and answers it as it is then.
func (s *programmes) amend(ctx context.Context, req rpc.Mutation, action, name string, fn func(casework.Change, *eilev1.Programme) error) (*eilev1.Programme, error) {
	if err := rpc.ChangeOne(ctx, s.office, store.Programmes, name, req, action, "", fn); err != nil {
		return nil, err
	}
	return s.programme(ctx, name)
}

func (s *programmes) AddToProgramme(ctx context.Context, req *eilev1.AddToProgrammeRequest) (*eilev1.Programme, error) {
	return s.amend(ctx, req, "programme.add", req.GetName(), func(c casework.Change, programme *eilev1.Programme) error {
		return home.AddToProgramme(c, programme, req.GetApplications(), req.GetUnits())
	})
}

func (s *programmes) AmendProgramme(ctx context.Context, req *eilev1.AmendProgrammeRequest) (*eilev1.Programme, error) {
	paths, err := form.ProgrammeMask(req)
	if err != nil {
		return nil, err
	}
	return s.amend(ctx, req, "programme.amend", req.GetName(), func(c casework.Change, programme *eilev1.Programme) error {
		form.AmendProgramme(programme, req, paths)
		return home.AmendProgramme(c, programme)
	})
}

func (s *programmes) GetProgramme(ctx context.Context, req *eilev1.GetProgrammeRequest) (*eilev1.Programme, error) {
	return s.programme(ctx, req.GetName())
}

// programme reads one programme with its figures.
func (s *programmes) programme(ctx context.Context, name string) (programme *eilev1.Programme, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		if programme, err = store.Programmes.Get(v, name); err != nil {
			return err
		}
		rpc.Date(programme)
		return s.figures(v, programme)
	})
	return programme, err
}

func (s *programmes) figures(v *store.View, programme *eilev1.Programme) error {
	return figures.Programme(v, s.office.Register.List(), s.office.Book.Zone(), programme)
}

func (s *programmes) ListProgrammes(ctx context.Context, req *eilev1.ListProgrammesRequest) (*eilev1.ListProgrammesResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "name"); err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.Programme]{
		From: rpc.All(store.Programmes), Count: rpc.Count(store.Programmes),
		Keep: func(_ *store.View, programme *eilev1.Programme) (bool, error) {
			return filter.Programme(req, programme), nil
		},
		Fill: func(v *store.View, programme *eilev1.Programme) error {
			err := s.figures(v, programme)
			programme.Households, programme.Figures = nil, nil
			return err
		},
	})
	return &eilev1.ListProgrammesResponse{
		Programmes: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}
