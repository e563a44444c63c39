package prepare

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// The audit entries of what a run did before it matched name the run, and are
// counted from there: a run that was killed and resumed counts the same.
const (
	actionExpire  = "run.expire"
	actionLease   = "run.lease"
	actionRecheck = "run.recheck"
	actionAssess  = "run.assess"
)

// due is what a day makes necessary before anything is matched.
type due struct {
	offers       []string // overdue
	leases       []string // homes whose lease ends or has ended
	applications []string // to be evaluated again
	units        []string // to be assessed again
}

// findDue reads which offers and homes are due. It costs time in proportion to
// the homes, not to the list.
func findDue(v *store.View, rules casework.Rules) (due, error) {
	var found due
	for entry, err := range store.Units.All(v, "", "") {
		if err != nil {
			return due{}, err
		}
		if state.MustAssess(rules, entry.Record) {
			found.units = append(found.units, entry.ID)
		}
		leased, err := home.LeaseDue(rules, v, entry.Record)
		if err != nil {
			return due{}, err
		}
		if leased {
			found.leases = append(found.leases, entry.ID)
		}
		if entry.Record.GetOpenOffer() == "" {
			continue
		}
		open, err := store.Offers.Get(v, entry.Record.GetOpenOffer())
		if err != nil {
			return due{}, err
		}
		if offer.Overdue(rules, open) {
			found.offers = append(found.offers, open.GetId())
		}
	}
	return found, nil
}

// Day expires, settles, evaluates and assesses what is due on the day of the
// rules. stamp is for what the machine does under an action.
func Day(ctx context.Context, register *store.Register, rules casework.Rules, stamp func(action string) store.Stamp) error {
	var found due
	err := register.View(ctx, func(v *store.View) (err error) {
		found, err = findDue(v, rules)
		return err
	})
	if err != nil {
		return err
	}
	found.applications = register.List().Due(int32(rules.Today))
	each := func(action string, ids []string, fn func(casework.Change, string) error) error {
		return casework.Each(ctx, register, rules, func() store.Stamp { return stamp(action) }, ids, fn)
	}
	if err := each(actionExpire, found.offers, expire); err != nil {
		return err
	}
	// One after the other: the transfers that this opens stand in the order in
	// which they are registered, which must not be chance.
	for _, rented := range found.leases {
		if err := each(actionLease, []string{rented}, settleLease); err != nil {
			return err
		}
	}
	if err := each(actionRecheck, found.applications, recheck); err != nil {
		return err
	}
	register.List().Settled(int32(rules.Today))
	return each(actionAssess, found.units, assess)
}

func expire(c casework.Change, id string) error {
	open, err := store.Offers.Get(c.Tx, id)
	if err != nil || !offer.Overdue(c.Rules, open) {
		return err
	}
	return offer.Expire(c, open)
}

func settleLease(c casework.Change, reference string) error {
	unit, err := store.Units.Get(c.Tx, reference)
	if err != nil {
		return err
	}
	return home.SettleLease(c, unit)
}

func recheck(c casework.Change, reference string) error {
	_, err := state.Recheck(c, reference)
	return err
}

func assess(c casework.Change, reference string) error {
	unit, err := store.Units.Get(c.Tx, reference)
	if err != nil || !state.MustAssess(c.Rules, unit) {
		return err
	}
	return home.Settle(c, unit)
}

// Counted reads from the audit how many offers a run expired and how many
// applications it evaluated again.
func Counted(v *store.View, run *eilev1.Run) (expired, rechecked int32, err error) {
	for entry, err := range v.AuditEntries(run.GetStartedAt().AsTime(), "") {
		if err != nil {
			return 0, 0, err
		}
		if entry.Record.GetCause() != run.GetId() {
			continue
		}
		switch entry.Record.GetAction() {
		case actionExpire:
			expired++
		case actionRecheck:
			rechecked++
		}
	}
	return expired, rechecked, nil
}
