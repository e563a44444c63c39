package server

import (
	"context"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type stats struct {
	eilev1.UnimplementedStatsServiceServer
	office *rpc.Office
}

func (s *stats) GetStats(ctx context.Context, req *eilev1.GetStatsRequest) (answer *eilev1.GetStatsResponse, err error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	period, err := periodOf(rules, req)
	if err != nil {
		return nil, err
	}
	err = s.office.Recall(ctx, func(v *store.View) error {
		answer, err = figures.Stats(v, period, s.office.Clock.Now())
		return err
	})
	return answer, err
}

// periodOf is the time that is asked for: from the beginning, until today.
func periodOf(rules casework.Rules, req *eilev1.GetStatsRequest) (figures.Period, error) {
	from, given, wrong := casework.GivenDay(req.GetFrom())
	if wrong != nil {
		return figures.Period{}, form.Wrong("from", wrong)
	}
	to, err := form.Day("to", req.GetTo(), rules.Today)
	if err != nil {
		return figures.Period{}, err
	}
	if to < from {
		return figures.Period{}, form.Wrong("to", words.Reason("BEFORE_START.period", words.Day("to", to), words.Day("from", from)))
	}
	return figures.NewPeriod(from, to, !given, rules.Policy.Location), nil
}
