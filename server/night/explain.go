package night

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Evidence sends the files that auditors get, piece by piece.
func (n *Night) Evidence(ctx context.Context, run string, send func(file string, piece []byte) error) error {
	if _, err := n.get(ctx, run); err != nil {
		return err
	}
	sent := false
	for _, name := range []string{instanceFile, outcomeFile} {
		file, err := n.file(ctx, run, name)
		if err != nil {
			return err
		}
		for _, piece := range store.EvidencePieces(file) {
			if len(piece) == 0 {
				continue
			}
			sent = true
			if err := send(name, piece); err != nil {
				return err
			}
		}
	}
	if !sent {
		return fmt.Errorf("evidence of run %s: %w: the run has not matched", run, store.ErrNotFound)
	}
	return nil
}

func (n *Night) file(ctx context.Context, run, name string) ([]byte, error) {
	var file bytes.Buffer
	err := n.register.View(ctx, func(v *store.View) error {
		_, err := v.Evidence(&file, run, name)
		return err
	})
	return file.Bytes(), err
}

// proof is a run's evidence, read back and joined with who is meant.
type proof struct {
	run      *eilev1.Run
	instance allocation.Instance
	outcome  allocation.Outcome
	seats    []allocation.Seat
	kept     *eilev1.RunMatches
	homeOf   map[string]string // unit by application
	ownerOf  map[string]string // application by unit
}

func (n *Night) proof(ctx context.Context, id string) (*proof, error) {
	run, err := n.get(ctx, id)
	if err != nil {
		return nil, err
	}
	instance, err := n.file(ctx, id, instanceFile)
	if err != nil {
		return nil, err
	}
	if len(instance) == 0 {
		return nil, fmt.Errorf("evidence of run %s: %w: the run has not matched", id, store.ErrNotFound)
	}
	outcome, err := n.file(ctx, id, outcomeFile)
	if err != nil {
		return nil, err
	}
	p := &proof{run: run, homeOf: map[string]string{}, ownerOf: map[string]string{}}
	if p.instance, err = allocation.ParseInstance(instance); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	if p.outcome, err = allocation.ParseOutcome(outcome); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	if p.seats, err = p.instance.Seats(p.outcome); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	if p.kept, err = n.Matches(ctx, id); err != nil {
		return nil, err
	}
	for _, match := range p.kept.GetMatches() {
		p.homeOf[match.GetApplication()], p.ownerOf[match.GetUnit()] = match.GetUnit(), match.GetApplication()
	}
	return p, nil
}

// ExplainUnit answers who got a home, and for each more senior household that
// did not get it exactly one reason.
func (n *Night) ExplainUnit(ctx context.Context, id, unit string) (*eilev1.ExplainRunResponse, error) {
	p, err := n.proof(ctx, id)
	if err != nil {
		return nil, err
	}
	class := slices.IndexFunc(p.kept.GetClasses(), func(c *eilev1.RunMatches_Class) bool { return slices.Contains(c.GetUnits(), unit) })
	answer := &eilev1.ExplainRunResponse{Run: id, Unit: unit, Outcome: p.ownerOf[unit]}
	if class < 0 {
		answer.Reason = &eilev1.Reason{Code: "NOT_IN_RUN", Detail: "the home was not vacant and fit in this run"}
		return answer, nil
	}
	if answer.Outcome == "" {
		answer.Reason = &eilev1.Reason{Code: "NOBODY_SUITS", Detail: "no household that waited could have it"}
	}
	owner := slices.Index(p.kept.GetRead(), answer.Outcome)
	for household, why := range p.instance.PassedOver(p.seats, int32(class)) {
		if owner >= 0 && int(household) >= owner {
			break
		}
		answer.PassedOver = append(answer.PassedOver, p.passedOver(household, unit, why))
	}
	return answer, nil
}

// ExplainApplication answers what a household got, and why it did not get each
// of the homes.
func (n *Night) ExplainApplication(ctx context.Context, id, application string) (*eilev1.ExplainRunResponse, error) {
	p, err := n.proof(ctx, id)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ExplainRunResponse{Run: id, Application: application, Outcome: p.homeOf[application]}
	household := slices.Index(p.kept.GetRead(), application)
	if household < 0 {
		answer.Reason, err = n.notRead(ctx, p, application)
		return answer, err
	}
	for _, unhoused := range p.outcome.Unhoused {
		if unhoused.Household == p.instance.Households[household].ID {
			answer.Reason = reasonOf(unhoused.Reason)
		}
	}
	for class, why := range p.instance.Explain(p.seats, int32(household)) {
		for _, unit := range p.kept.GetClasses()[class].GetUnits() {
			if unit == answer.Outcome {
				continue
			}
			passed := p.passedOver(int32(household), unit, why)
			if passed.GetInstead() == "" {
				passed.Instead = p.ownerOf[unit]
			}
			answer.PassedOver = append(answer.PassedOver, passed)
		}
	}
	return answer, nil
}

// passedOver puts one reason of the engine into words.
func (p *proof) passedOver(household int32, unit string, why allocation.Why) *eilev1.ExplainRunResponse_PassedOver {
	passed := &eilev1.ExplainRunResponse_PassedOver{
		Application: p.kept.GetRead()[household], Unit: unit, Reason: reasonOf(why.Reason),
	}
	if why.Housed {
		passed.Instead = p.homeOf[passed.GetApplication()]
	}
	return passed
}

var sentences = map[allocation.Reason][2]string{
	allocation.NoSuitableClass: {"none of the vacant homes suits the household", "nė vienas laisvas būstas netinka"},
	allocation.Reserved:        {"the home is reserved for a group that goes first", "būstas skirtas pirmumą turinčiai grupei"},
	allocation.Outranked:       {"it went to households that stand before in the legal order", "jis teko anksčiau eilėje stovintiems"},
	allocation.NotSuitable:     {"the home does not suit the household under the policy", "būstas šeimai netinka pagal tvarką"},
	allocation.PreferredOther:  {"the household got a home that it wants more", "šeima gavo labiau pageidaujamą būstą"},
	allocation.PlacedElsewhere: {"the household got another home, so that one more household is housed", "šeima gavo kitą būstą, kad tilptų dar viena šeima"},
}

func reasonOf(reason allocation.Reason) *eilev1.Reason {
	return &eilev1.Reason{Code: string(reason), Detail: sentences[reason][0], DetailLt: sentences[reason][1]}
}

// notRead says why the engine did not read a household: it had no place, or an
// open offer, or nothing that suits it was left when its turn came.
func (n *Night) notRead(ctx context.Context, p *proof, application string) (*eilev1.Reason, error) {
	var reason *eilev1.Reason
	at := p.run.GetMatchedAt().AsTime()
	err := n.register.View(ctx, func(v *store.View) error {
		if _, err := store.Applications.Get(v, application); err != nil {
			return err
		}
		var place *eilev1.Placement
		for moved, err := range v.Placements(at) {
			if err != nil {
				return err
			}
			if moved.After.GetReference() == application {
				place = moved.After
			}
		}
		if place.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
			code := statusCode(place)
			reason = &eilev1.Reason{Code: code, Detail: "the application had no place on the list when the run matched: " + code}
			return nil
		}
		for id, err := range v.OffersOf(application) {
			if err != nil {
				return err
			}
			offer, err := store.Offers.Get(v, id)
			if err != nil {
				return err
			}
			if offer.GetRun() != p.run.GetId() && openAt(offer, at) {
				reason = &eilev1.Reason{Code: "HAS_OPEN_OFFER", Detail: "the household had the open offer " + id}
				return nil
			}
		}
		reason = reasonOf(allocation.Outranked)
		return nil
	})
	return reason, err
}

func statusCode(place *eilev1.Placement) string {
	if place == nil {
		return "NOT_REGISTERED"
	}
	return place.GetStatus().String()[len("APPLICATION_STATUS_"):]
}

// openAt tells whether an offer was open at a moment.
func openAt(offer *eilev1.Offer, at time.Time) bool {
	return !offer.GetCreatedAt().AsTime().After(at) &&
		(offer.GetClosedAt() == nil || offer.GetClosedAt().AsTime().After(at))
}
