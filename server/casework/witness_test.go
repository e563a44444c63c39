package casework_test

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/history"
)

// witness looks at a world after each step and holds it against the domain.
type witness struct {
	*eiletest.World
	keys    map[string]string // the place of each application since its facts changed
	status  map[string]eilev1.ApplicationStatus
	past    map[uint64]map[string]*eilev1.Placement // by revision
	fresh   map[string]bool
	entries int
}

func newWitness(world *eiletest.World) *witness {
	return &witness{
		World: world, keys: map[string]string{}, status: map[string]eilev1.ApplicationStatus{},
		past: map[uint64]map[string]*eilev1.Placement{}, fresh: map[string]bool{},
	}
}

// amended notes that the facts of an application changed, so that its place may.
func (w *witness) amended(reference string) { w.fresh[reference] = true }

// barred returns the offer after which a home may not be offered again, by the
// offers alone: the last one that the household missed, unless it was reopened.
func (w *witness) barred(application, unit string) string {
	var last *eilev1.Offer
	for _, offer := range eiletest.All(w.World, store.Offers) {
		if offer.GetApplication() == application && offer.GetUnit() == unit && missed(offer.GetStatus()) &&
			(last == nil || offer.GetClosedAt().AsTime().After(last.GetClosedAt().AsTime())) {
			last = offer
		}
	}
	if last.GetReopened() {
		return ""
	}
	return last.GetId()
}

func (w *witness) look() {
	w.Helper()
	w.Sound()
	w.audited()
	for _, application := range eiletest.All(w.World, store.Applications) {
		w.lookAt(application)
	}
	for _, unit := range eiletest.All(w.World, store.Units) {
		w.lookAtHome(unit)
	}
	for _, offer := range eiletest.All(w.World, store.Offers) {
		w.lookAtOffer(offer)
	}
	w.flows()
	w.remember()
}

// lookAt holds an application against the domain.
func (w *witness) lookAt(a *eilev1.Application) {
	status, reference := a.GetStatus(), a.GetReference()
	fail := func(format string, args ...any) {
		w.Helper()
		w.Errorf("application %s, which is %s: %s", reference, spell.Name(status), fmt.Sprintf(format, args...))
	}
	if again := proto.CloneOf(a); !state.Ended(status) {
		state.Evaluate(w.InForce(), again)
		if !proto.Equal(again, a) {
			fail("evaluated today it is another:\n%v\n%v", a, again)
		}
	}
	if _, waits := w.Register.List().Position(reference); waits != (status == waiting) {
		fail("it stands on the list: %t", waits)
	}
	proposal := a.GetProposedDecision()
	if (proposal != nil) != (status == onHold) || proposal != nil && (len(proposal.GetReasons()) == 0 || proposal.GetProposedAt() == nil) {
		fail("what is proposed is %v", proposal)
	}
	placed := a.GetPlacedOn() != nil
	switch status {
	case waiting, suspended, reserved, housed, removed:
		if !placed {
			fail("it never came onto the list")
		}
	case received, rejected:
		if placed {
			fail("it came onto the list on %v", a.GetPlacedOn())
		}
	case onHold:
		if kind := proposal.GetKind(); placed != (kind == proposeRemove || kind == proposeReview) {
			fail("%v is proposed", kind)
		}
	default: // withdrawn, from any state
	}
	if status == waiting && (a.GetEligibility() != eilev1.Eligibility_ELIGIBILITY_YES || w.heldForRefusals(a)) {
		fail("it may not wait")
	}
	if (a.GetSuspension() != nil) != (status == suspended) {
		fail("its suspension is %v", a.GetSuspension())
	}
	if a.GetOpenOffer() != "" && status != waiting && status != onHold {
		fail("it has the open offer %s", a.GetOpenOffer())
	}
	w.letting(a, fail)
	w.counted(a, fail)
	w.place(a, fail)
}

// heldForRefusals tells whether more refusals count than the policy and the
// decisions let pass.
func (w *witness) heldForRefusals(a *eilev1.Application) bool {
	offers, counted := w.InForce().Policy.Offers, int(a.GetCountedRefusals())
	return offers.Hold && counted > offers.RefusalsAllowed && counted > int(a.GetExcusedRefusals())
}

// missed tells whether an offer ended by what the household did or did not do.
func missed(status eilev1.OfferStatus) bool {
	switch status {
	case eilev1.OfferStatus_OFFER_STATUS_REFUSED, eilev1.OfferStatus_OFFER_STATUS_NO_SHOW, eilev1.OfferStatus_OFFER_STATUS_EXPIRED:
		return true
	default:
		return false
	}
}

// statusName is empty for an application that is not registered yet.
func statusName(status eilev1.ApplicationStatus) string {
	if status == 0 {
		return ""
	}
	return spell.Name(status)
}

// letting: RESERVED is a letting that is not done, HOUSED one that is.
func (w *witness) letting(a *eilev1.Application, fail func(string, ...any)) {
	pending, done := 0, 0
	for _, tenancy := range eiletest.All(w.World, store.Tenancies) {
		if tenancy.GetApplication() != a.GetReference() {
			continue
		}
		unit := eiletest.Read(w.World, store.Units, tenancy.GetUnit())
		switch inForce := tenancy.GetEndedOn() == nil; {
		case tenancy.GetHoused():
			if tenancy.GetKind() != eilev1.TenancyKind_TENANCY_KIND_TEMPORARY {
				done++
			}
			if inForce && (unit.GetStatus() != let || unit.GetTenancy() != tenancy.GetId()) {
				fail("tenancy %s is in force, unit %s is %s", tenancy.GetId(), unit.GetReference(), spell.Name(unit.GetStatus()))
			}
		case inForce:
			pending++
			if a.GetReservedTenancy() != tenancy.GetId() || unit.GetStatus() != reservedUnit || unit.GetTenancy() != tenancy.GetId() {
				fail("tenancy %s is not done, unit %s is %s and it waits for %q", tenancy.GetId(), unit.GetReference(), spell.Name(unit.GetStatus()), a.GetReservedTenancy())
			}
		}
	}
	if (pending == 1) != (a.GetStatus() == reserved) || pending > 1 || (a.GetReservedTenancy() != "") != (pending == 1) {
		fail("%d lettings are not done", pending)
	}
	if (done == 1) != (a.GetStatus() == housed) || done > 1 || (a.GetHousedOn() != nil) != (done == 1) {
		fail("%d lettings are done", done)
	}
}

// counted: only what was served and is unjustified counts.
func (w *witness) counted(a *eilev1.Application, fail func(string, ...any)) {
	count := int32(0)
	for _, offer := range eiletest.All(w.World, store.Offers) {
		if offer.GetApplication() == a.GetReference() && missed(offer.GetStatus()) && offer.GetServedOn() != nil &&
			offer.GetAssessment() == eilev1.Assessment_ASSESSMENT_UNJUSTIFIED {
			count++
		}
	}
	if count != a.GetCountedRefusals() || a.GetExcusedRefusals() > count {
		fail("%d refusals count, it says %d and %d excused", count, a.GetCountedRefusals(), a.GetExcusedRefusals())
	}
}

// place: nothing but facts moves an application.
func (w *witness) place(a *eilev1.Application, fail func(string, ...any)) {
	w.View(func(v *store.View) error {
		placement, _, err := store.FindPlacement(v, a.GetReference())
		if err != nil {
			return err
		}
		key := placement.GetList() + " " + string(placement.GetOrderKey())
		if former, ok := w.keys[a.GetReference()]; ok && former != key && !w.fresh[a.GetReference()] {
			fail("its place changed from %q to %q", former, key)
		}
		w.keys[a.GetReference()] = key
		delete(w.fresh, a.GetReference())
		return nil
	})
}

func (w *witness) lookAtHome(unit *eilev1.Unit) {
	open := 0
	for _, offer := range eiletest.All(w.World, store.Offers) {
		if offer.GetUnit() == unit.GetReference() && offer.GetStatus() == openOffer {
			open++
		}
	}
	if (open == 1) != (unit.GetStatus() == offered) || open > 1 {
		w.Errorf("unit %s is %s and has %d open offers", unit.GetReference(), spell.Name(unit.GetStatus()), open)
	}
	if unit.GetStatus() == offered && unit.GetCondition().GetState() == flagged {
		w.Errorf("unit %s is flagged and offered", unit.GetReference())
	}
	if unit.GetStatus() == reservedUnit && eiletest.Read(w.World, store.Tenancies, unit.GetTenancy()).GetHoused() {
		w.Errorf("unit %s is reserved for a letting that is done", unit.GetReference())
	}
	if unit.GetStatus() == vacant && unit.GetTenancy() != "" {
		w.Errorf("unit %s is vacant and has tenancy %s", unit.GetReference(), unit.GetTenancy())
	}
}

func (w *witness) lookAtOffer(offer *eilev1.Offer) {
	if offer.GetCounted() && (offer.GetServedOn() == nil || !missed(offer.GetStatus()) || offer.GetAssessment() != eilev1.Assessment_ASSESSMENT_UNJUSTIFIED) {
		w.Errorf("it counts: %v", offer)
	}
	if (offer.GetClosedAt() == nil) != (offer.GetStatus() == openOffer) || (offer.GetRespondBy() == nil) != (offer.GetServedOn() == nil) {
		w.Errorf("its dates do not fit its state: %v", offer)
	}
	w.View(func(v *store.View) error {
		barred, err := store.Barred(v, offer.GetApplication(), offer.GetUnit())
		if want := w.barred(offer.GetApplication(), offer.GetUnit()); barred != want {
			w.Errorf("unit %s is barred from application %s by %q, want %q", offer.GetUnit(), offer.GetApplication(), barred, want)
		}
		return err
	})
}

// flows: who came less who left is who waits, by the history alone.
func (w *witness) flows() {
	w.View(func(v *store.View) error {
		flow := map[string]int{}
		last := map[string]*eilev1.Placement{}
		for moved, err := range v.Placements(w.Now().AddDate(100, 0, 0)) {
			if err != nil {
				return err
			}
			before := last[moved.After.GetReference()]
			last[moved.After.GetReference()] = moved.After
			if before.GetStatus() == waiting {
				flow[before.GetList()]--
			}
			if moved.After.GetStatus() == waiting {
				flow[moved.After.GetList()]++
			}
		}
		for _, count := range w.Register.List().Counts() {
			flow[count.List] -= count.Waiting
		}
		for list, difference := range flow {
			if difference != 0 {
				w.Errorf("list %s: the history and the list differ by %d", list, difference)
			}
		}
		return nil
	})
}

// audited: a change of an application's status is told by one new entry that is
// about the application.
func (w *witness) audited() {
	var entries []*eilev1.AuditEntry
	w.View(func(v *store.View) error {
		for entry, err := range v.AuditEntries(w.Now().AddDate(-100, 0, 0), "") {
			if err != nil {
				return err
			}
			entries = append(entries, entry.Record)
		}
		return nil
	})
	told := map[string]string{}
	for _, entry := range entries[min(w.entries, len(entries)):] {
		for _, subject := range entry.GetSubjects() {
			if entry.GetStatusFrom() != entry.GetStatusTo() {
				told[subject] += entry.GetStatusFrom() + ">" + entry.GetStatusTo() + ";"
			}
		}
	}
	w.entries = len(entries)
	for _, application := range eiletest.All(w.World, store.Applications) {
		before, after := w.status[application.GetReference()], application.GetStatus()
		w.status[application.GetReference()] = after
		if want := statusName(before) + ">" + spell.Name(after) + ";"; before != after && told[application.GetReference()] != want {
			w.Errorf("application %s: the audit tells %q, want %q", application.GetReference(), told[application.GetReference()], want)
		}
	}
}

// remember keeps the placements of this revision, to be asked for later.
func (w *witness) remember() {
	w.View(func(v *store.View) error {
		now := map[string]*eilev1.Placement{}
		for reference := range w.keys {
			placement, ok, err := store.FindPlacement(v, reference)
			if err != nil {
				return err
			}
			if ok {
				now[reference] = placement
			}
		}
		w.past[v.Revision()] = now
		return nil
	})
}

// lookBack asks for the placements of every revision that was seen.
func (w *witness) lookBack() {
	w.View(func(v *store.View) error {
		for revision, want := range w.past {
			err := v.PastAt(revision, func(past *history.Past) error {
				for reference := range w.keys {
					found, ok, err := past.Placement(reference)
					if err != nil {
						return err
					}
					if placement := want[reference]; ok != (placement != nil) || store.Moved(found, placement) || found.GetPlaced() != placement.GetPlaced() {
						w.Errorf("application %s stood at revision %d at\n%v, want\n%v", reference, revision, found, placement)
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
