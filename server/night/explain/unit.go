package explain

import (
	"context"
	"slices"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/history"
)

// listed is how many more senior households an explanation names one by one; an
// answer must fit a message. The others are counted.
const listed = 3000

// Unit returns who got a home, and for each more senior household that
// did not get it exactly one reason.
func Unit(ctx context.Context, register *store.Register, id, unit string) (*eilev1.ExplainRunResponse, error) {
	p, err := open(ctx, register, id)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ExplainRunResponse{Run: id, Unit: unit, Outcome: p.holder[unit]}
	err = register.Recall(ctx, func(v *store.View) error {
		if _, err := store.Units.Get(v, unit); err != nil {
			return err
		}
		if answer.Outcome == "" {
			return p.unmatched(v, answer)
		}
		if skip := p.skipped[answer.Outcome]; skip != nil {
			answer.Reason = skip.GetReason()
		}
		seniors, err := p.seniors(v, p.run.GetRevision(), answer.Outcome, true, &answer.NotListed)
		ask := p.seniorsOf(unit)
		for _, standing := range seniors {
			answer.PassedOver = append(answer.PassedOver, p.answer(standing, unit, ask))
		}
		return err
	})
	return answer, err
}

// unmatched explains a home that the run gave to nobody: a manual offer
// may have taken it.
func (p *proof) unmatched(v *store.View, answer *eilev1.ExplainRunResponse) error {
	manual, err := p.manualOffers(v)
	if err != nil {
		return err
	}
	for _, offer := range manual {
		if offer.GetUnit() != answer.GetUnit() {
			continue
		}
		answer.Outcome, answer.Reason = offer.GetApplication(), offer.reason()
		answer.PassedOver, answer.NotListed = nil, 0
		seniors, err := p.seniors(v, offer.revision, offer.GetApplication(), false, &answer.NotListed)
		if err != nil {
			return err
		}
		for _, standing := range seniors {
			answer.PassedOver = append(answer.PassedOver, offer.passedOver(standing.GetReference()))
		}
	}
	if answer.Reason != nil {
		return nil
	}
	answer.Reason = told("NOT_IN_RUN")
	if _, offered := p.rounds[0].class[answer.GetUnit()]; offered {
		answer.Reason = told("NOBODY_LEFT")
	}
	return nil
}

// placementAt reads where an application stood at a revision; false: nowhere.
func placementAt(v *store.View, application string, revision uint64) (placement *eilev1.Placement, found bool, err error) {
	err = v.PastAt(revision, func(past *history.Past) (err error) {
		placement, found, err = past.Placement(application)
		return err
	})
	return placement, found, err
}

// seniors returns who stood before an application at a revision, in legal order:
// the first of them, and in more how many others there are. Those whose place was
// kept while they were on hold or suspended are among them where kept is set.
func (p *proof) seniors(v *store.View, revision uint64, application string, kept bool, more *int32) (seniors []*eilev1.Placement, err error) {
	err = v.PastAt(revision, func(past *history.Past) error {
		seniors = nil
		holder, ok, err := past.Placement(application)
		if err != nil || !ok {
			return err
		}
		first, count, err := past.Seniors(history.PlaceOf(holder), func(list string) int { return p.rank(list) - p.rank(holder.GetList()) }, kept, listed)
		if err != nil {
			return err
		}
		slices.SortFunc(first, p.senior)
		first = first[:min(len(first), listed)]
		for _, place := range first {
			placement, _, err := past.Placement(place.Reference)
			if err != nil {
				return err
			}
			seniors = append(seniors, placement)
		}
		*more = int32(count - len(first))
		return nil
	})
	return seniors, err
}

// seniorsOf asks the engine once for all who stand before the last holder of a
// home's class.
func (p *proof) seniorsOf(unit string) engine {
	found := map[*explained]map[int32]allocation.Why{}
	for _, e := range p.rounds {
		class, in := e.class[unit]
		if !in {
			continue
		}
		found[e] = map[int32]allocation.Why{}
		for household, why := range e.Instance.PassedOver(e.Seats, class) {
			found[e][household] = why
		}
	}
	return func(e *explained, household, class int32) (allocation.Why, bool) {
		if why, ok := found[e][household]; ok {
			return why, true
		}
		return ask(e, household, class)
	}
}
