package server

import (
	"context"
	"errors"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/server/intake"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
)

// resumption does what was under way when the process ended, before anything
// else: first what a policy change, an import and an approval left to be done,
// then the run.
type resumption struct {
	office *rpc.Office
	intake *intake.Intake
	night  *night.Night
}

func (r resumption) run(ctx context.Context) error {
	if _, err := r.office.Book.Today(); errors.Is(err, rulebook.ErrNoPolicy) {
		return nil
	}
	last, err := lastDay(ctx, r.office)
	if err != nil {
		return err
	}
	r.office.Book.Rehearse(last)
	if err := r.office.Book.Settle(ctx); err != nil {
		return err
	}
	if err := r.intake.Settle(ctx); err != nil {
		return err
	}
	if err := settleAllTransfers(ctx, r.office); err != nil {
		return err
	}
	return r.night.Resume(ctx)
}

// lastDay is the latest day of a run, whatever became of it: what it prepared
// has the time of that day, and the history must not go back.
func lastDay(ctx context.Context, office *rpc.Office) (last day.Day, err error) {
	err = office.View(ctx, func(v *store.View) error {
		for entry, err := range store.Runs.All(v, "", "") {
			if err != nil {
				return err
			}
			if on, ok, err := day.FromProto(entry.Record.GetOn()); err == nil && ok {
				last = max(last, on)
			}
		}
		return nil
	})
	return last, err
}
