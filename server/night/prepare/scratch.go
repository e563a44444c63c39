package prepare

import (
	"context"
	"time"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// A Clock knows the time and unique ids.
type Clock interface {
	Now() time.Time
	NewID() string
}

// Stamp is for what the machine does; the reason names what for.
func Stamp(clock Clock, action, run string) store.Stamp {
	return store.Stamp{Now: clock.Now(), ID: clock.NewID(), Actor: casework.Machine, Action: action, Cause: run}
}

// Supported refuses a policy that asks for what the nights do not do.
func Supported(rules *policy.Policy) error {
	what := words.Say("what.run_under", words.Text("policy", rules.Name))
	if a := rules.Alternation; a != (policy.Alternation{}) {
		return casework.Refuse(what, words.Reason("ALTERNATION", words.Number("out_of_turn", a.OutOfTurn), words.Number("ordinary", a.Ordinary)))
	}
	if rules.Mode != "fill" {
		return nil
	}
	for _, reserve := range rules.Reserves {
		if reserve.Strict == policy.SoftReserve {
			return casework.Refuse(what, words.Reason("SOFT_RESERVE", words.Text("reserve", reserve.Code)))
		}
	}
	return nil
}

// Scratch runs fn on a scratch of a register on which all is done that the day of
// the rules makes necessary; revision is that of the register.
func Scratch(ctx context.Context, register *store.Register, clock Clock, rules casework.Rules, fn func(scratch *store.Register, revision uint64) error) error {
	if err := Supported(rules.Policy); err != nil {
		return err
	}
	return register.Scratch(ctx, func(scratch *store.Register) error {
		var revision uint64
		err := scratch.View(ctx, func(v *store.View) error {
			revision = v.Revision()
			return nil
		})
		if err != nil {
			return err
		}
		stamp := func(action string) store.Stamp { return Stamp(clock, action, "") }
		if err := Day(ctx, scratch, rules, stamp); err != nil {
			return err
		}
		return fn(scratch, revision)
	})
}
