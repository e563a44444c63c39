package night

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy"
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
	Rules(on day.Day) (casework.Rules, error)
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
	rules, err := n.book.Rules(on)
	if err != nil {
		return nil, err
	}
	if err := unsupported(rules.Policy); err != nil {
		return nil, err
	}
	what := "run of " + on.String()
	_, id, err := n.register.Update(ctx, stamp, func(tx *store.Tx) error {
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
			Id: id, On: on.Proto(), State: preparing, Policy: rules.Policy.Identity(), Seed: rules.Seed,
			StartedBy: tx.Actor(), StartedAt: timestamppb.New(tx.Now()),
		}, on.String())
	})
	if err != nil {
		return nil, err
	}
	return n.get(ctx, id)
}

// runOf answers the run that a date has, or the id of the next one: those that
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

// unsupported refuses a policy that asks for what the nights do not do.
func unsupported(rules *policy.Policy) error {
	what := "run under policy " + rules.Name()
	if a := rules.Alternation(); a != (policy.Alternation{}) {
		return casework.Refuse(what, "ALTERNATION", fmt.Sprintf(
			"it alternates homes %d : %d between those out of turn and the ordinary list; a run serves those out of turn first: leave out_of_turn.alternate out", a.OutOfTurn, a.Ordinary))
	}
	if rules.Mode() != "fill" {
		return nil
	}
	for _, reserve := range rules.Reserves() {
		if reserve.Strict == policy.SoftReserve {
			return casework.Refuse(what, "SOFT_RESERVE", fmt.Sprintf("mode fill has no soft reserve such as %s: make it hard or released", reserve.Code))
		}
	}
	return nil
}

func (n *Night) get(ctx context.Context, id string) (*eilev1.Run, error) {
	var run *eilev1.Run
	err := n.register.View(ctx, func(v *store.View) (err error) {
		if run, err = store.Runs.Get(v, id); err != nil {
			return err
		}
		run.Skipped, err = Skips(v, id)
		return err
	})
	return run, err
}

// Skips reads the matches of a run that could not become offers, in their order.
func Skips(v *store.View, run string) (skips []*eilev1.Run_Skip, err error) {
	batches, err := v.Batches(run)
	for _, batch := range batches {
		skips = append(skips, batch.GetSkipped()...)
	}
	return skips, err
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
		rules, err := n.book.Rules(on)
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

// update makes one change of the machine in a run, under the rules that the run
// was given: when another policy has been put in force meanwhile, the places
// would be ordered by the former one.
func (n *Night) update(ctx context.Context, action, run string, rules casework.Rules, fn func(casework.Change) error) error {
	_, _, err := casework.Update(ctx, n.register, n.stamp(action, run), rules, fn)
	return err
}

// each makes one change of the machine in a run for each of many records.
func (n *Night) each(ctx context.Context, action, run string, rules casework.Rules, ids []string, fn func(casework.Change, string) error) error {
	return casework.Each(ctx, n.register, rules, func() store.Stamp { return n.stamp(action, run) }, ids, fn)
}

func under(inForce *eilev1.PolicyName, rules casework.Rules) error {
	if !proto.Equal(inForce, rules.Policy.Identity()) {
		return store.ErrStaging
	}
	return nil
}

// stamp is for what the machine does in a run; the reason names it.
func (n *Night) stamp(action, run string) store.Stamp {
	return store.Stamp{Now: n.book.Now(), ID: n.book.NewID(), Actor: casework.Machine, Action: action, Reason: run}
}

func stateName(state eilev1.RunState) string { return strings.TrimPrefix(state.String(), "RUN_STATE_") }
