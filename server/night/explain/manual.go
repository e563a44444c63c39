package explain

import (
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// A manual offer is made by decision, outside any run, and goes before those who
// stand ahead. It shows in the explanations of the run before and after it, for
// the homes that the run did not match: everybody whom it passed over asks one
// of the two.

// manualOffer is a manual offer with the revision at which it was made.
type manualOffer struct {
	*eilev1.Offer
	revision uint64
}

// manualOffers are those between the run before this one and the run after it,
// of homes that this one did not match, in the order of their ids.
func (p *proof) manualOffers(v *store.View) ([]manualOffer, error) {
	after, before, err := neighbours(v, p.run)
	if err != nil {
		return nil, err
	}
	var found []manualOffer
	for entry, err := range store.Offers.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		offer := entry.Record
		if offer.GetBasis() == "" || p.holder[offer.GetUnit()] != "" {
			continue
		}
		made, err := firstRevision(v, offer.GetId())
		if err != nil {
			return nil, err
		}
		if made > after && (before == 0 || made < before) {
			found = append(found, manualOffer{offer, made})
		}
	}
	return found, nil
}

// neighbours are the revisions of the runs before and after; 0: there is none.
func neighbours(v *store.View, run *eilev1.Run) (before, after uint64, err error) {
	for entry, err := range store.Runs.All(v, "", "") {
		if err != nil {
			return 0, 0, err
		}
		state, revision := entry.Record.GetState(), entry.Record.GetRevision()
		if state != eilev1.RunState_RUN_STATE_MATCHED && state != eilev1.RunState_RUN_STATE_APPROVED && state != eilev1.RunState_RUN_STATE_COMMITTED {
			continue
		}
		switch at := run.GetRevision(); {
		case revision < at:
			before = max(before, revision)
		case revision > at && (after == 0 || revision < after):
			after = revision
		}
	}
	return before, after, nil
}

// firstRevision is the revision at which a record was made, by its audit.
func firstRevision(v *store.View, subject string) (uint64, error) {
	for entry, err := range v.History(subject) {
		return entry.GetRevision(), err
	}
	return 0, nil
}

func (m manualOffer) reason() *eilev1.Reason {
	return words.Reason("MANUAL_OFFER.run", words.Text("decision", m.GetDecision()), words.Text("basis", m.GetBasis()), words.Text("offer", m.GetId()))
}

func (m manualOffer) passedOver(application string) *eilev1.ExplainRunResponse_PassedOver {
	return &eilev1.ExplainRunResponse_PassedOver{Application: application, Unit: m.GetUnit(), Reason: m.reason(), Holder: m.GetApplication()}
}

// addManual shows a household the manual offers that passed over it. They take
// the place of what the run says of a home that it left empty.
func (p *proof) addManual(v *store.View, answer *eilev1.ExplainRunResponse) error {
	manual, err := p.manualOffers(v)
	if err != nil {
		return err
	}
	for _, offer := range manual {
		passed, err := p.passes(v, offer, answer.GetApplication())
		if err != nil {
			return err
		}
		if !passed {
			continue
		}
		at := 0
		for at < len(answer.PassedOver) && answer.PassedOver[at].GetUnit() != offer.GetUnit() {
			at++
		}
		if at == len(answer.PassedOver) {
			answer.PassedOver = append(answer.PassedOver, nil)
		}
		answer.PassedOver[at] = offer.passedOver(answer.GetApplication())
	}
	return nil
}

// passes tells whether a household waited before the one that a manual offer was
// made to.
func (p *proof) passes(v *store.View, offer manualOffer, application string) (bool, error) {
	standing, ok, err := placementAt(v, application, offer.revision)
	if err != nil || !ok || !waits(standing) {
		return false, err
	}
	holder, ok, err := placementAt(v, offer.GetApplication(), offer.revision)
	return ok && p.legal(standing, holder) < 0, err
}
