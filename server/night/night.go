package night

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

const (
	preparing = eilev1.RunState_RUN_STATE_PREPARING
	matched   = eilev1.RunState_RUN_STATE_MATCHED
	approved  = eilev1.RunState_RUN_STATE_APPROVED
	committed = eilev1.RunState_RUN_STATE_COMMITTED
	dryRun    = eilev1.RunState_RUN_STATE_DRY_RUN
	failed    = eilev1.RunState_RUN_STATE_FAILED
	cancelled = eilev1.RunState_RUN_STATE_CANCELLED
)

// A Rulebook knows the rules of a day, the time and unique ids.
type Rulebook interface {
	// Rules of a day, and the seed of the policy's draw.
	Rules(on day.Day) (casework.Rules, string, error)
	Now() time.Time
	NewID() string
}

// Night runs the nights of one register, one at a time.
type Night struct {
	register *store.Register
	key      []byte
	book     Rulebook
	mu       sync.Mutex // held by the run under way
}

// New returns the nights of a register. Pseudonyms are derived from key.
func New(register *store.Register, key []byte, book Rulebook) *Night {
	return &Night{register: register, key: key, book: book}
}

// Start begins the run of a day, or answers the one that the day already has.
// The run is PREPARING; Advance carries it on.
func (n *Night) Start(ctx context.Context, stamp store.Stamp, on day.Day) (*eilev1.Run, error) {
	rules, seed, err := n.book.Rules(on)
	if err != nil {
		return nil, err
	}
	what := "run of " + on.String()
	_, id, err := n.register.Update(ctx, stamp, func(tx *store.Tx) error {
		latest, err := store.RunOn(tx, on.String())
		if err != nil {
			return err
		}
		id := on.String()
		if latest != "" {
			run, err := store.Runs.Get(tx, latest)
			if err != nil {
				return err
			}
			if state := run.GetState(); state != failed && state != cancelled {
				tx.Result(latest)
				return nil
			}
			id = nextID(on.String(), latest)
		}
		nights, err := store.Nights(tx)
		if err != nil {
			return err
		}
		if nights.GetUnfinished() != "" {
			return casework.Refuse(what, "ANOTHER_RUN", fmt.Sprintf("run %s is not at its end: approve or cancel it first", nights.GetUnfinished()))
		}
		if last := day.Day(nights.GetLastOn()); last != 0 && on < last {
			return casework.Refuse(what, "BEFORE_LAST_RUN", fmt.Sprintf("the run of %s is committed: a day before it cannot be run any more", last))
		}
		tx.Result(id)
		tx.Subject(id)
		nights.Unfinished = id
		if err := tx.PutNights(nights); err != nil {
			return err
		}
		return tx.PutRun(&eilev1.Run{
			Id: id, On: on.Proto(), State: preparing, Policy: rules.Policy.Identity(), Seed: seed,
			StartedBy: tx.Actor(), StartedAt: timestamppb.New(tx.Now()),
		}, on.String())
	})
	if err != nil {
		return nil, err
	}
	return n.get(ctx, id)
}

// nextID numbers the runs of a day whose earlier ones failed or were cancelled.
func nextID(date, latest string) string {
	number := 1
	if _, err := fmt.Sscanf(latest, date+".%d", &number); err != nil {
		number = 1
	}
	return fmt.Sprintf("%s.%d", date, number+1)
}

func (n *Night) get(ctx context.Context, id string) (*eilev1.Run, error) {
	var run *eilev1.Run
	err := n.register.View(ctx, func(v *store.View) error {
		var err error
		run, err = store.Runs.Get(v, id)
		return err
	})
	return run, err
}

// Advance carries a run on until it is committed or waits for approval. It is
// safe to call at any time and as often as one likes.
func (n *Night) Advance(ctx context.Context, id string) (*eilev1.Run, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		run, err := n.get(ctx, id)
		if err != nil {
			return nil, err
		}
		on, _, err := day.FromProto(run.GetOn())
		if err != nil {
			return nil, err
		}
		rules, _, err := n.book.Rules(on)
		if err != nil {
			return nil, err
		}
		switch state := run.GetState(); {
		case state == preparing:
			err = n.match(ctx, run, rules)
		case state == matched && !rules.Policy.ApprovalRequired():
			err = n.approve(ctx, n.stamp("run.approve", id), run, rules, nil)
		case state == approved:
			err = n.commit(ctx, run, rules)
		default:
			return run, nil
		}
		if err != nil {
			return nil, n.giveUp(ctx, run, err)
		}
	}
}

// giveUp marks a run failed for a reason that trying again will not mend. What
// may pass (the context's end, a full disk) leaves it to be resumed.
func (n *Night) giveUp(ctx context.Context, run *eilev1.Run, why error) error {
	var refusal casework.Refusal
	if !errors.As(why, &refusal) {
		return fmt.Errorf("run %s: %w", run.GetId(), why)
	}
	err := n.end(ctx, n.stamp("run.fail", run.GetId()), run.GetId(), failed, func(run *eilev1.Run) { run.Failure = why.Error() })
	return errors.Join(why, err)
}

// Unfinished answers the run that was under way when the process ended.
func (n *Night) Unfinished(ctx context.Context) (id string, lastOn day.Day, err error) {
	err = n.register.View(ctx, func(v *store.View) error {
		nights, err := store.Nights(v)
		id, lastOn = nights.GetUnfinished(), day.Day(nights.GetLastOn())
		return err
	})
	return id, lastOn, err
}

// stamp is for what the machine does in a run; the reason names it.
func (n *Night) stamp(action, run string) store.Stamp {
	return store.Stamp{Now: n.book.Now(), ID: n.book.NewID(), Actor: casework.Machine, Action: action, Reason: run}
}

// Approve lets a matched run make its offers, by decision.
func (n *Night) Approve(ctx context.Context, stamp store.Stamp, id string, by *eilev1.ByDecision) error {
	run, err := n.get(ctx, id)
	if err != nil {
		return err
	}
	on, _, err := day.FromProto(run.GetOn())
	if err != nil {
		return err
	}
	rules, _, err := n.book.Rules(on)
	if err != nil {
		return err
	}
	return n.approve(ctx, stamp, run, rules, by)
}

func (n *Night) approve(ctx context.Context, stamp store.Stamp, run *eilev1.Run, rules casework.Rules, by *eilev1.ByDecision) error {
	_, _, err := n.register.Update(ctx, stamp, func(tx *store.Tx) error {
		run, err := store.Runs.Get(tx, run.GetId())
		if err != nil {
			return err
		}
		if state := run.GetState(); state != matched {
			return casework.Refuse("approve run "+run.GetId(), "WRONG_STATE", "it is "+stateName(state))
		}
		run.Decision, err = rules.ApproveRun(tx, run.GetId(), by)
		if err != nil {
			return err
		}
		run.State = approved
		tx.Result(run.GetId())
		tx.Subject(run.GetId())
		tx.Status(stateName(matched), stateName(approved))
		return tx.PutRun(run, rules.Today.String())
	})
	return err
}

// Cancel ends a run that is not approved.
func (n *Night) Cancel(ctx context.Context, stamp store.Stamp, id string) error {
	return n.end(ctx, stamp, id, cancelled, func(run *eilev1.Run) { run.Failure = "cancelled: " + stamp.Reason })
}

func (n *Night) end(ctx context.Context, stamp store.Stamp, id string, to eilev1.RunState, change func(*eilev1.Run)) error {
	_, _, err := n.register.Update(ctx, stamp, func(tx *store.Tx) error {
		run, err := store.Runs.Get(tx, id)
		if err != nil {
			return err
		}
		if state := run.GetState(); state != preparing && state != matched {
			return casework.Refuse("end run "+id, "WRONG_STATE", "it is "+stateName(state))
		}
		on, _, err := day.FromProto(run.GetOn())
		if err != nil {
			return err
		}
		nights, err := store.Nights(tx)
		if err != nil {
			return err
		}
		nights.Unfinished = ""
		if err := tx.PutNights(nights); err != nil {
			return err
		}
		tx.Status(stateName(run.GetState()), stateName(to))
		run.State, run.FinishedAt = to, timestamppb.New(tx.Now())
		change(run)
		tx.Result(id)
		tx.Subject(id)
		return tx.PutRun(run, on.String())
	})
	return err
}
