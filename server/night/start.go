package night

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// start begins the run of a day, or answers the one that the day already has.
func (r *runs) start(ctx context.Context, stamp store.Stamp, rules casework.Rules) (id string, err error) {
	on := rules.Today
	what := words.Say("what.run_of", words.Day("on", on))
	_, id, err = r.register.Update(ctx, stamp, func(tx *store.Tx) error {
		id, exists, err := runOf(tx, on.String())
		if err != nil {
			return err
		}
		if exists {
			tx.Result(id)
			return nil
		}
		nights, err := store.Nights(tx)
		if err != nil {
			return err
		}
		if nights.GetUnfinished() != "" {
			return casework.Refuse(what, words.Reason("ANOTHER_RUN", words.Text("run", nights.GetUnfinished())))
		}
		if last := day.Day(nights.GetLastOn()); last != 0 && on < last {
			return casework.Refuse(what, words.Reason("BEFORE_LAST_RUN", words.Day("last", last)))
		}
		return begin(casework.Change{Tx: tx, Rules: rules}, id)
	})
	return id, err
}

// begin makes a run that prepares; it is the unfinished one from then on.
func begin(c casework.Change, id string) error {
	tx, on := c.Tx, c.Rules.Today
	nights, err := store.Nights(tx)
	if err != nil {
		return err
	}
	tx.Result(id)
	tx.Subject(id)
	nights.Unfinished = id
	if err := tx.PutNights(nights); err != nil {
		return err
	}
	state, err := steps.Take(id, 0, startRun)
	if err != nil {
		return err
	}
	return tx.PutRun(&eilev1.Run{
		Id: id, On: on.Proto(), State: state, Policy: c.Rules.Policy.Identity(), Seed: c.Rules.Seed,
		StartedBy: tx.Actor(), StartedAt: timestamppb.New(tx.Now()),
	}, on.String())
}

// runOf returns the run that a date has, or the id of the next one: those that
// failed or were cancelled do not count, and their number follows the date.
func runOf(from store.Source, date string) (id string, exists bool, err error) {
	latest, err := store.RunOn(from, date)
	if err != nil || latest == "" {
		return date, false, err
	}
	run, err := store.Runs.Get(from, latest)
	if err != nil {
		return "", false, err
	}
	if state := run.GetState(); state != failed && state != cancelled {
		return latest, true, nil
	}
	number := 1
	if _, err := fmt.Sscanf(latest, date+".%d", &number); err != nil {
		number = 1
	}
	return fmt.Sprintf("%s.%d", date, number+1), false, nil
}
