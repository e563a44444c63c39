package night

import (
	"context"

	"golang.org/x/sync/errgroup"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// The audit entries of what a run did before it matched name the run, and are
// counted from there: a run that was killed and resumed counts the same.
const (
	actionExpire  = "run.expire"
	actionRecheck = "run.recheck"
	actionAssess  = "run.assess"
)

// writers is how many changes are under way at a time. They share commits, each
// of which waits for the disk.
const writers = 256

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
		if rules.MustAssess(entry.Record) {
			found.units = append(found.units, entry.ID)
		}
		leased, err := rules.LeaseDue(v, entry.Record)
		if err != nil {
			return due{}, err
		}
		if leased {
			found.leases = append(found.leases, entry.ID)
		}
		if entry.Record.GetOpenOffer() == "" {
			continue
		}
		offer, err := store.Offers.Get(v, entry.Record.GetOpenOffer())
		if err != nil {
			return due{}, err
		}
		if rules.Overdue(offer) {
			found.offers = append(found.offers, offer.GetId())
		}
	}
	return found, nil
}

// prepare expires, evaluates and assesses what is due. Done again, it finds
// nothing to do.
func (n *Night) prepare(ctx context.Context, run string, rules casework.Rules) error {
	var found due
	err := n.register.View(ctx, func(v *store.View) (err error) {
		found, err = findDue(v, rules)
		return err
	})
	if err != nil {
		return err
	}
	found.applications = n.register.List().Due(int32(rules.Today))
	err = n.each(ctx, found.offers, actionExpire, run, rules, func(tx *store.Tx, id string) error {
		offer, err := store.Offers.Get(tx, id)
		if err != nil || !rules.Overdue(offer) {
			return err
		}
		return rules.ExpireOffer(tx, offer)
	})
	if err != nil {
		return err
	}
	if err := n.settleLeases(ctx, found.leases, run, rules); err != nil {
		return err
	}
	err = n.each(ctx, found.applications, actionRecheck, run, rules, func(tx *store.Tx, reference string) error {
		_, err := rules.Recheck(tx, reference)
		return err
	})
	if err != nil {
		return err
	}
	n.register.List().Settled(int32(rules.Today))
	return n.each(ctx, found.units, actionAssess, run, rules, func(tx *store.Tx, reference string) error {
		unit, err := store.Units.Get(tx, reference)
		if err != nil || !rules.MustAssess(unit) {
			return err
		}
		return rules.SettleUnit(tx, unit)
	})
}

// each changes many records, each in its own transaction.
func (n *Night) each(ctx context.Context, ids []string, action, run string, rules casework.Rules, fn func(*store.Tx, string) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, id := range ids {
		group.Go(func() error {
			return n.update(ctx, action, run, rules, func(tx *store.Tx) error { return fn(tx, id) })
		})
	}
	return group.Wait()
}

// counted reads from the audit how many offers a run expired and how many
// applications it evaluated again.
func counted(v *store.View, run *eilev1.Run) (expired, rechecked int32, err error) {
	for entry, err := range v.AuditEntries(run.GetStartedAt().AsTime(), "") {
		if err != nil {
			return 0, 0, err
		}
		if entry.Record.GetReason() != run.GetId() {
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
