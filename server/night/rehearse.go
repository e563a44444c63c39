package night

import (
	"context"
	"errors"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// DryRun answers what the run of a day would do, and changes nothing. Its hashes
// are those of the run, if nothing changes until then.
func (n *Night) DryRun(ctx context.Context, rules casework.Rules) (*eilev1.Run, error) {
	if err := unsupported(rules.Policy); err != nil {
		return nil, err
	}
	on := rules.Today.String()
	run := &eilev1.Run{Id: "dry-" + on, On: rules.Today.Proto(), Policy: rules.Policy.Identity(), Seed: rules.Seed}
	err := n.register.Freeze(ctx, func(v *store.View, frozen living.Frozen) error {
		if err := under(v.Policy(), rules); err != nil {
			return err
		}
		id, _, err := runOf(v, on)
		if err != nil {
			return err
		}
		rehearsed, err := n.rehearse(v, rules)
		if err != nil {
			return err
		}
		result, err := n.solve(v, frozen, id, rules, rehearsed)
		if err != nil {
			return err
		}
		if err := errors.Join(result.digestInstance(), result.certify()); err != nil {
			return err
		}
		proto.Merge(run, result.run)
		run.Matches = result.matches
		run.Expired, run.Rechecked = rehearsed.expired, rehearsed.rechecked
		return nil
	})
	run.State = dryRun
	return run, err
}

// overlay is what prepare would have changed, for a dry run. Without one (nil)
// everything is as it is in the view.
type overlay struct {
	placements   map[string]*eilev1.Placement
	applications map[string]*eilev1.Application
	units        map[string]*eilev1.Unit
	barred       map[string]string // unit by application
	patterns     map[string]uint32 // numbers of patterns, by suitability
	expired      int32
	rechecked    int32
}

// rehearse does what prepare does, in memory.
func (n *Night) rehearse(v *store.View, rules casework.Rules) (*overlay, error) {
	o := &overlay{
		placements: map[string]*eilev1.Placement{}, applications: map[string]*eilev1.Application{},
		units: map[string]*eilev1.Unit{}, barred: map[string]string{}, patterns: map[string]uint32{},
	}
	found, err := findDue(v, rules)
	if err != nil {
		return nil, err
	}
	for _, id := range found.offers {
		offer, err := store.Offers.Get(v, id)
		if err != nil {
			return nil, err
		}
		o.barred[offer.GetApplication()] = offer.GetUnit()
		if err := o.free(v, rules, offer); err != nil {
			return nil, err
		}
		o.expired++
	}
	for _, reference := range found.leases {
		if err := o.settleLease(v, rules, n.book.Now(), reference); err != nil {
			return nil, err
		}
	}
	for _, reference := range n.register.List().Due(int32(rules.Today)) {
		application, err := o.application(v, reference)
		if err != nil {
			return nil, err
		}
		if place, changed := state.Rehearse(rules, application); changed {
			o.placements[reference] = place
			o.rechecked++
		}
	}
	for _, reference := range found.units {
		if err := o.assess(v, rules, reference); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// free ends the offer of a home, or the letting that it led to.
func (o *overlay) free(v *store.View, rules casework.Rules, offer *eilev1.Offer) error {
	application, err := o.application(v, offer.GetApplication())
	if err != nil {
		return err
	}
	unit, err := o.unit(v, offer.GetUnit())
	if err != nil {
		return err
	}
	if application.GetReservedTenancy() != "" {
		application.ReservedTenancy, application.Status = "", eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	}
	application.OpenOffer, unit.OpenOffer, unit.Tenancy = "", "", ""
	unit.Status = eilev1.UnitStatus_UNIT_STATUS_VACANT
	o.placements[offer.GetApplication()] = state.Evaluate(rules, application)
	return nil
}

// assess brings the condition of a home to the day. The open offer of one that is
// found unfit is taken back.
func (o *overlay) assess(v *store.View, rules casework.Rules, reference string) error {
	unit, err := o.unit(v, reference)
	if err != nil {
		return err
	}
	state.Assess(rules, unit)
	if unit.GetOpenOffer() == "" || unit.GetCondition().GetState() != eilev1.ConditionState_CONDITION_STATE_FLAGGED {
		return nil
	}
	offer, err := store.Offers.Get(v, unit.GetOpenOffer())
	if err != nil {
		return err
	}
	return o.free(v, rules, offer)
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

// vacant adds the homes that the overlay knows to those that are vacant.
func (o *overlay) vacant(stored []string) []string {
	if o == nil {
		return stored
	}
	all := slices.AppendSeq(slices.Clone(stored), maps.Keys(o.units))
	slices.Sort(all)
	return slices.Compact(all)
}

// placement of an application that the overlay moved; nil: it did not.
func (o *overlay) placement(reference string) *eilev1.Placement {
	if o == nil {
		return nil
	}
	return o.placements[reference]
}

// suitability is the digest by which an application's pattern is known.
func (o *overlay) suitability(v *store.View, reference string) ([]byte, error) {
	if placement := o.placement(reference); placement != nil {
		return placement.GetSuitability(), nil
	}
	placement, _, err := store.FindPlacement(v, reference)
	return placement.GetSuitability(), err
}

// bars tells whether the overlay let an offer of the home to the household
// expire.
func (o *overlay) bars(application, unit string) bool {
	return o != nil && o.barred[application] == unit
}

// pattern numbers the patterns of moved placements after those of the register.
func (o *overlay) pattern(stored int, placement *eilev1.Placement) uint32 {
	key := string(placement.GetSuitability())
	number, known := o.patterns[key]
	if !known {
		number = uint32(stored + len(o.patterns))
		o.patterns[key] = number
	}
	return number
}
