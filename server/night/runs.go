package night

import (
	"context"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
)

// A Rulebook knows the rules of a day, the time and unique ids.
type Rulebook interface {
	Rules(on day.Day) (casework.Rules, error)
	Now() time.Time
	NewID() string
}

// runs are those of one register: that of the service, or a scratch of it.
type runs struct {
	register *store.Register
	key      []byte // pseudonyms are derived from it
	book     Rulebook
	// keep is evidence.Keep, or evidence.Foretell where nobody could ask for it.
	keep func(evidence.Change, string, *market.Result) (evidence.Kept, error)
}

// get reads a run as it is stored.
func (r *runs) get(ctx context.Context, id string) (*eilev1.Run, error) {
	var run *eilev1.Run
	err := r.register.View(ctx, func(v *store.View) (err error) {
		run, err = store.Runs.Get(v, id)
		return err
	})
	return run, err
}

// offered is how many offers a run has made.
func (r *runs) offered(ctx context.Context, id string) (created int32, err error) {
	err = r.register.View(ctx, func(v *store.View) error {
		batches, err := v.Batches(id)
		for _, batch := range batches {
			created += batch.GetCreated()
		}
		return err
	})
	return created, err
}

// unfinished returns the run that is not at its end; empty: there is none. lastOn
// is the day of the last one that is committed.
func (r *runs) unfinished(ctx context.Context) (id string, lastOn day.Day, err error) {
	err = r.register.View(ctx, func(v *store.View) error {
		nights, err := store.Nights(v)
		id, lastOn = nights.GetUnfinished(), day.Day(nights.GetLastOn())
		return err
	})
	return id, lastOn, err
}

// rules are those of the day of a run.
func (r *runs) rules(run *eilev1.Run) (casework.Rules, error) {
	on, _, err := day.FromProto(run.GetOn())
	if err != nil {
		return casework.Rules{}, err
	}
	return r.book.Rules(on)
}

// update makes one change of the machine in a run, under the rules that the run
// was given: when another policy has been put in force meanwhile, the places
// would be ordered by the former one.
func (r *runs) update(ctx context.Context, action, run string, rules casework.Rules, fn func(casework.Change) error) error {
	_, _, err := casework.Update(ctx, r.register, r.stamp(action, run), rules, fn)
	return err
}

// stamp is for what the machine does in a run; the reason names it.
func (r *runs) stamp(action, run string) store.Stamp { return prepare.Stamp(r.book, action, run) }
