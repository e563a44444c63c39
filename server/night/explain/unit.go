package explain

import (
	"context"
	"slices"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// listed is how many more senior households an explanation names one by one; an
// answer must fit a message. The others are counted.
const listed = 3000

// Unit returns who got a home, and for each more senior household that
// did not get it exactly one reason. It reads all placements.
func Unit(ctx context.Context, register *store.Register, id, unit string) (*eilev1.ExplainRunResponse, error) {
	p, err := open(ctx, register, id)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ExplainRunResponse{Run: id, Unit: unit, Outcome: p.holder[unit]}
	err = register.View(ctx, func(v *store.View) error {
		if _, err := store.Units.Get(v, unit); err != nil {
			return err
		}
		if answer.Outcome == "" {
			return p.unmatched(v, answer)
		}
		if skip := p.skipped[answer.Outcome]; skip != nil {
			answer.Reason = skip.GetReason()
		}
		seniors, err := p.seniors(v, p.run.GetRevision(), answer.Outcome, hasPlace, &answer.NotListed)
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
		seniors, err := p.seniors(v, offer.revision, offer.GetApplication(), waits, &answer.NotListed)
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

// seniors returns who stood before an application at a revision, in legal order:
// the first of them, and in more how many others there are.
func (p *proof) seniors(v *store.View, revision uint64, application string, stood func(*eilev1.Placement) bool, more *int32) ([]*eilev1.Placement, error) {
	holder, ok, err := v.PlacementAt(application, revision)
	if err != nil || !ok {
		return nil, err
	}
	var seniors []*eilev1.Placement
	count := 0
	for placement, err := range v.PlacementsAt(revision) {
		if err != nil {
			return nil, err
		}
		if !stood(placement) || p.legal(placement, holder) >= 0 {
			continue
		}
		count++
		if seniors = append(seniors, placement); len(seniors) == 2*listed {
			slices.SortFunc(seniors, p.legal)
			seniors = seniors[:listed]
		}
	}
	slices.SortFunc(seniors, p.legal)
	seniors = seniors[:min(len(seniors), listed)]
	*more = int32(count - len(seniors))
	return seniors, nil
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
