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

// writers is how many changes are under way at a time; they share commits.
const writers = 64

// due is what a day makes necessary before anything is matched.
type due struct {
	offers       []string // overdue
	applications []string // to be evaluated again
	units        []string // to be assessed again
	leases       []string // homes whose lease ends or has ended
}

// findDue reads what is due. It costs time in proportion to the open offers and
// homes and to what falls due, not to the list.
func (n *Night) findDue(ctx context.Context, rules casework.Rules) (due, error) {
	var found due
	err := n.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Units.All(v, "", "") {
			if err != nil {
				return err
			}
			if rules.MustAssess(entry.Record) {
				found.units = append(found.units, entry.ID)
			}
			leased, err := rules.LeaseDue(v, entry.Record)
			if err != nil {
				return err
			}
			if leased {
				found.leases = append(found.leases, entry.ID)
			}
			if entry.Record.GetOpenOffer() == "" {
				continue
			}
			offer, err := store.Offers.Get(v, entry.Record.GetOpenOffer())
			if err != nil {
				return err
			}
			if rules.Overdue(offer) {
				found.offers = append(found.offers, offer.GetId())
			}
		}
		return nil
	})
	found.applications = n.register.List().Due(int32(rules.Today))
	return found, err
}

// prepare expires, evaluates and assesses what is due. Done again, it finds
// nothing to do.
func (n *Night) prepare(ctx context.Context, run string, rules casework.Rules) error {
	found, err := n.findDue(ctx, rules)
	if err != nil {
		return err
	}
	err = n.each(ctx, found.offers, actionExpire, run, func(tx *store.Tx, id string) error {
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
	err = n.each(ctx, found.applications, actionRecheck, run, func(tx *store.Tx, reference string) error {
		_, err := rules.Recheck(tx, reference)
		return err
	})
	if err != nil {
		return err
	}
	n.register.List().Settled(int32(rules.Today))
	return n.each(ctx, found.units, actionAssess, run, func(tx *store.Tx, reference string) error {
		unit, err := store.Units.Get(tx, reference)
		if err != nil || !rules.MustAssess(unit) {
			return err
		}
		return rules.SettleUnit(tx, unit)
	})
}

// each changes many records, each in its own transaction.
func (n *Night) each(ctx context.Context, ids []string, action, run string, fn func(*store.Tx, string) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, id := range ids {
		group.Go(func() error {
			_, _, err := n.register.Update(ctx, n.stamp(action, run), func(tx *store.Tx) error { return fn(tx, id) })
			return err
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

// overlay is what prepare would have changed, for a dry run.
type overlay struct {
	placements   map[string]*eilev1.Placement
	applications map[string]*eilev1.Application
	units        map[string]*eilev1.Unit
	barred       map[string]string // unit by application
	expired      int32
	rechecked    int32
}

// rehearse does what prepare does, in memory.
func (n *Night) rehearse(v *store.View, rules casework.Rules, found due) (*overlay, error) {
	o := &overlay{
		placements: map[string]*eilev1.Placement{}, applications: map[string]*eilev1.Application{},
		units: map[string]*eilev1.Unit{}, barred: map[string]string{},
	}
	for _, id := range found.offers {
		offer, err := store.Offers.Get(v, id)
		if err != nil {
			return nil, err
		}
		application, err := o.application(v, offer.GetApplication())
		if err != nil {
			return nil, err
		}
		unit, err := o.unit(v, offer.GetUnit())
		if err != nil {
			return nil, err
		}
		application.OpenOffer, unit.OpenOffer = "", ""
		unit.Status = eilev1.UnitStatus_UNIT_STATUS_VACANT
		o.barred[offer.GetApplication()] = offer.GetUnit()
		o.placements[offer.GetApplication()] = rules.Evaluate(application)
		o.expired++
	}
	for _, reference := range found.leases {
		if err := o.settleLease(v, rules, n.book.Now(), reference); err != nil {
			return nil, err
		}
	}
	for _, reference := range found.applications {
		application, err := o.application(v, reference)
		if err != nil {
			return nil, err
		}
		if place, changed := rules.Rehearse(application); changed {
			o.placements[reference] = place
			o.rechecked++
		}
	}
	for _, reference := range found.units {
		unit, err := o.unit(v, reference)
		if err != nil {
			return nil, err
		}
		rules.Assess(unit)
	}
	return o, nil
}

// application reads one application as the overlay has it.
func (o *overlay) application(v *store.View, reference string) (*eilev1.Application, error) {
	if o != nil && o.applications[reference] != nil {
		return o.applications[reference], nil
	}
	application, err := store.Applications.Get(v, reference)
	if err == nil && o != nil {
		o.applications[reference] = application
	}
	return application, err
}

// unit reads one home as the overlay has it.
func (o *overlay) unit(v *store.View, reference string) (*eilev1.Unit, error) {
	if o != nil && o.units[reference] != nil {
		return o.units[reference], nil
	}
	unit, err := store.Units.Get(v, reference)
	if err == nil && o != nil {
		o.units[reference] = unit
	}
	return unit, err
}
