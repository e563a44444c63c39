package prepare

import (
	"iter"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/waitlist"
)

// Stock counts the homes that cannot be offered for what is known of them.
type Stock struct {
	Unassessed int // vacant ones
	Flagged    int
}

// Market reads what a night can give to whom from a frozen register; name is
// what the evidence calls an application. The market lives as long as the view.
// The error is store.ErrStaging where another policy than that of the rules is in
// force: its order is not theirs.
func Market(v *store.View, frozen living.Frozen, rules casework.Rules, name func(string) string) (market.Night, Stock, error) {
	if !proto.Equal(v.Policy(), rules.Policy.Identity()) {
		return market.Night{}, Stock{}, store.ErrStaging
	}
	nights, err := store.Nights(v)
	if err != nil {
		return market.Night{}, Stock{}, err
	}
	night := market.Night{
		Rules: rules.Evaluator, Today: rules.Today, Had: nights.GetLettings(), Name: name,
		Waiting:     func(list string) iter.Seq[market.Standing] { return waiting(frozen, list) },
		Application: func(reference string) (*eilev1.Application, error) { return store.Applications.Get(v, reference) },
		Suitability: func(reference string) ([]byte, error) {
			placement, _, err := store.FindPlacement(v, reference)
			return placement.GetSuitability(), err
		},
	}
	stock := Stock{Flagged: frozen.Flagged}
	night.Homes, stock.Unassessed, err = homes(v, frozen, rules)
	return night, stock, err
}

// waiting yields one list in legal order.
func waiting(frozen living.Frozen, list string) iter.Seq[market.Standing] {
	keys, _ := frozen.List(list)
	return func(yield func(market.Standing) bool) {
		for key := range keys {
			mark := living.MarkOf(key)
			if !yield(market.Standing{Reference: waitlist.Reference(key), Pattern: mark.Pattern, OpenOffer: mark.OpenOffer}) {
				return
			}
		}
	}
}

// homes reads those that can be offered, and counts the vacant ones that nobody
// assessed.
func homes(v *store.View, frozen living.Frozen, rules casework.Rules) (found []market.Home, unassessed int, err error) {
	for _, reference := range frozen.Vacant {
		unit, err := store.Units.Get(v, reference)
		if err != nil {
			return nil, 0, err
		}
		if state.GivingUp(unit) || state.LeaseOver(rules, unit) {
			continue
		}
		switch unit.GetCondition().GetState() {
		case eilev1.ConditionState_CONDITION_STATE_UNASSESSED:
			unassessed++
			continue
		case eilev1.ConditionState_CONDITION_STATE_FIT:
		default:
			continue
		}
		barred, err := barredFrom(v, reference)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, market.Home{Unit: unit, Barred: barred})
	}
	return found, unassessed, nil
}

// barredFrom returns the applications that a home is not offered to again.
func barredFrom(v *store.View, unit string) ([]string, error) {
	var applications []string
	for id, err := range v.OffersFor(unit) {
		if err != nil {
			return nil, err
		}
		offer, err := store.Offers.Get(v, id)
		if err != nil {
			return nil, err
		}
		application := offer.GetApplication()
		barred, err := store.Barred(v, application, unit)
		if err != nil {
			return nil, err
		}
		if barred != "" && !slices.Contains(applications, application) {
			applications = append(applications, application)
		}
	}
	return applications, nil
}
