package explain

import (
	"context"
	"slices"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Application returns what a household got, and for each of the run's
// homes that it did not get exactly one reason.
func Application(ctx context.Context, register *store.Register, id, application string) (*eilev1.ExplainRunResponse, error) {
	p, err := open(ctx, register, id)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ExplainRunResponse{Run: id, Application: application, Outcome: p.homeOf[application]}
	err = register.Recall(ctx, func(v *store.View) error {
		if _, err := store.Applications.Get(v, application); err != nil {
			return err
		}
		standing, registered, err := placementAt(v, application, p.run.GetRevision())
		if err != nil {
			return err
		}
		switch {
		case !registered:
			answer.Reason = told("NOT_REGISTERED")
			return nil
		case !hasPlace(standing):
			answer.Reason = stood(standing)
			return nil
		}
		if err := p.noteEngaged(v, application); err != nil {
			return err
		}
		p.explainHomes(answer, standing)
		return p.addManual(v, answer)
	})
	return answer, err
}

// explainHomes goes through the run's homes.
func (p *proof) explainHomes(answer *eilev1.ExplainRunResponse, standing *eilev1.Placement) {
	asked := householdsClasses(p.rounds, standing.GetReference())
	for _, unit := range p.rounds[0].units() {
		if unit != answer.GetOutcome() {
			answer.PassedOver = append(answer.PassedOver, p.answer(standing, unit, asked))
		}
	}
	switch skip := p.skipped[standing.GetReference()]; {
	case skip != nil:
		answer.Reason = skip.GetReason()
	case answer.Outcome == "":
		answer.Reason = p.inAll(standing, answer.GetPassedOver())
	}
}

// inAll is why a household got no home at all: what holds it back altogether, or
// what stood against the homes that suit it.
func (p *proof) inAll(standing *eilev1.Placement, homes []*eilev1.ExplainRunResponse_PassedOver) *eilev1.Reason {
	switch {
	case !waits(standing):
		return stood(standing)
	case p.engaged[standing.GetReference()]:
		return told("HAS_OPEN_OFFER")
	case len(homes) == 0:
		return told("NO_VACANCY")
	}
	for _, code := range []allocation.Reason{allocation.Reserved, allocation.Outranked} {
		if slices.ContainsFunc(homes, func(p *eilev1.ExplainRunResponse_PassedOver) bool { return p.GetReason().GetCode() == string(code) }) {
			return told(string(code))
		}
	}
	return told(string(allocation.NoSuitableClass))
}

// householdsClasses asks the engine once for all classes of a household.
func householdsClasses(rounds []*explained, application string) engine {
	found := map[*explained]map[int32]allocation.Why{}
	for _, e := range rounds {
		household, read := e.read[application]
		if !read {
			continue
		}
		found[e] = map[int32]allocation.Why{}
		for class, why := range e.Instance.Explain(e.Seats, household) {
			found[e][class] = why
		}
	}
	return func(e *explained, _, class int32) (allocation.Why, bool) {
		why, passedOver := found[e][class]
		return why, passedOver
	}
}

// noteEngaged finds out whether a household that the engine never came to had an
// open offer.
func (p *proof) noteEngaged(v *store.View, application string) error {
	at := p.run.GetMatchedAt().AsTime()
	for id, err := range v.OffersOf(application) {
		if err != nil {
			return err
		}
		offer, err := store.Offers.Get(v, id)
		if err != nil {
			return err
		}
		made, closed := offer.GetCreatedAt().AsTime(), offer.GetClosedAt()
		if offer.GetRun() != p.run.GetId() && !made.After(at) && (closed == nil || closed.AsTime().After(at)) && !wasRead(p.rounds, application) {
			p.engaged[application] = true
		}
	}
	return nil
}

func wasRead(rounds []*explained, application string) bool {
	return slices.ContainsFunc(rounds, func(e *explained) bool {
		_, read := e.read[application]
		return read
	})
}
