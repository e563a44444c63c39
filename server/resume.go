package server

import (
	"context"
	"errors"

	"github.com/rs/zerolog"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/server/casework"
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
	log    zerolog.Logger
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
	return r.advance(ctx)
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

// advance carries the unfinished run on. One that fails for a reason that stays
// does not keep the service from starting.
func (r resumption) advance(ctx context.Context) error {
	unfinished, _, err := r.night.Unfinished(ctx)
	if err != nil || unfinished == "" {
		return err
	}
	_, err = r.night.Advance(ctx, unfinished)
	var refusal casework.Refusal
	if errors.As(err, &refusal) {
		r.log.Error().Err(err).Str("run", unfinished).Msg("the unfinished run failed")
		return nil
	}
	return err
}
