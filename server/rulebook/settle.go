package rulebook

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// Settle brings every record to what the policy in force says of it. The places
// are switched already; killed in the middle, it goes on at the next start.
func (b *Book) Settle(ctx context.Context) error {
	rules, err := b.Today()
	if err != nil {
		return err
	}
	machine := func() store.Stamp {
		return store.Stamp{Now: b.Now(), ID: b.NewID(), Actor: casework.Machine, Action: "policy.settle"}
	}
	behind, err := findBehind(ctx, b.register, rules)
	if err != nil || behind == nil {
		return err
	}
	if err := casework.Each(ctx, b.register, rules, machine, behind.applications, settleApplication); err != nil {
		return err
	}
	if err := casework.Each(ctx, b.register, rules, machine, behind.units, settleHome); err != nil {
		return err
	}
	_, _, err = b.register.Update(ctx, machine(), func(tx *store.Tx) error { return tx.Settled() })
	return err
}

func settleApplication(c casework.Change, reference string) error {
	application, err := store.Applications.Get(c.Tx, reference)
	if err != nil {
		return err
	}
	return state.Settle(c, application)
}

func settleHome(c casework.Change, reference string) error {
	unit, err := store.Units.Get(c.Tx, reference)
	if err != nil {
		return err
	}
	return home.Settle(c, unit)
}

// behind are the records that speak of another policy than the one in force.
type behind struct{ applications, units []string }

// findBehind returns nil where every record was settled since the last switch.
func findBehind(ctx context.Context, register *store.Register, rules casework.Rules) (found *behind, err error) {
	err = register.View(ctx, func(v *store.View) error {
		if !v.Unsettled() {
			return nil
		}
		found = new(behind)
		for entry, err := range store.Applications.All(v, "", "") {
			if err != nil {
				return err
			}
			if !proto.Equal(entry.Record.GetPolicy(), rules.Policy.Identity()) {
				found.applications = append(found.applications, entry.ID)
			}
		}
		for entry, err := range store.Units.All(v, "", "") {
			if err != nil {
				return err
			}
			if state.MustAssess(rules, entry.Record) {
				found.units = append(found.units, entry.ID)
			}
		}
		return nil
	})
	return found, err
}
