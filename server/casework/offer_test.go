package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

// opened is an office in which A-1 has the open offer of U-1.
func opened(t *testing.T, name string) (*office, string) {
	t.Helper()
	o := newOffice(t.Context(), t, name)
	t.Cleanup(func() { o.db.Close() })
	o.register("A-1", factsOf[name][0]...)
	o.register("A-2", factsOf[name][0]...)
	o.registerUnit("U-1", unitFactsOf[name][0]...)
	o.registerUnit("U-2", unitFactsOf[name][0]...)
	id, err := o.offer("A-1", "U-1")
	if err != nil {
		t.Fatal(err)
	}
	return o, id
}

func (o *office) is(reference string, want eilev1.ApplicationStatus) *eilev1.Application {
	o.Helper()
	application := read(o, store.Applications, reference)
	if application.GetStatus() != want {
		o.Errorf("application %s is %s, want %s", reference, casework.Name(application.GetStatus()), casework.Name(want))
	}
	return application
}

func (o *office) unitIs(reference string, want eilev1.UnitStatus) {
	o.Helper()
	if got := read(o, store.Units, reference).GetStatus(); got != want {
		o.Errorf("unit %s is %s, want %s", reference, casework.Name(got), casework.Name(want))
	}
}

func (o *office) refuse(id string) {
	o.Helper()
	if err := o.onOffer("offer.refuse", id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Refuse(c, stored, "location", "too far", o.rules.Today)
	}); err != nil {
		o.Fatal(err)
	}
}

func (o *office) assess(id string, assessment eilev1.Assessment) {
	o.Helper()
	if err := o.onOffer("offer.assess", id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Assess(c, stored, assessment, "")
	}); err != nil {
		o.Fatal(err)
	}
}

func (o *office) accept(id string) {
	o.Helper()
	if err := o.onOffer("offer.accept", id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Accept(c, stored, o.rules.Today)
	}); err != nil {
		o.Fatal(err)
	}
}

func (o *office) amend(reference string, pairs ...string) {
	o.Helper()
	if err := o.onApplication("application.amend", reference, func(c casework.Change, stored *eilev1.Application) error {
		stored.Attributes = o.facts(policy.ApplicationKind, pairs...)
		return state.Settle(c, stored)
	}); err != nil {
		o.Fatal(err)
	}
}

const (
	justified   = eilev1.Assessment_ASSESSMENT_JUSTIFIED
	unjustified = eilev1.Assessment_ASSESSMENT_UNJUSTIFIED
)

// again makes a further offer of a home to A-1, refuses it, and assesses that.
func (o *office) again(unit string, assessment eilev1.Assessment) string {
	o.Helper()
	id, err := o.offer("A-1", unit)
	if err != nil {
		o.Fatal(err)
	}
	o.refuse(id)
	o.assess(id, assessment)
	return id
}

// A refusal beyond the policy's number holds; a decision lets pass those that
// there are, and only a further one holds again.
func TestCountedRefusals(t *testing.T) {
	o, first := opened(t, "taipei-points")
	for _, unit := range []string{"U-3", "U-4", "U-5"} {
		o.registerUnit(unit, unitFactsOf["taipei-points"][0]...)
	}
	o.refuse(first)
	o.assess(first, unjustified)
	o.is("A-1", waiting)
	second := o.again("U-2", unjustified)
	held := o.is("A-1", onHold)
	proposal := held.GetProposedDecision()
	if proposal.GetKind() != proposeRemove || proposal.GetReasons()[0].GetCode() != "REFUSALS_EXCEEDED" || proposal.GetProposedBy() != casework.Machine {
		t.Errorf("proposed: %v", proposal)
	}
	o.assess(second, justified)
	o.is("A-1", waiting)
	o.assess(second, unjustified)
	o.is("A-1", onHold)
	if err := o.onApplication("application.reinstate", "A-1", func(c casework.Change, stored *eilev1.Application) error {
		return application.Reinstate(c, stored, by("D-9"))
	}); err != nil {
		t.Fatal(err)
	}
	o.is("A-1", waiting)
	o.again("U-3", justified)
	o.is("A-1", waiting)
	o.assess(second, justified)
	o.assess(second, unjustified)
	o.is("A-1", onHold) // what was excused was taken back and counts anew
	o.assess(second, justified)
	o.again("U-4", unjustified)
	o.is("A-1", onHold)
	o.changed(func(text string) string {
		return strings.Replace(text, "refusals_allowed: 1", "refusals_allowed: 2", 1)
	})
	o.is("A-1", waiting)
	o.changed(func(text string) string { return strings.Replace(text, "after: hold", "after: nothing", 1) })
	o.again("U-5", unjustified)
	o.is("A-1", waiting)
}

func lastStep(text, step string) string {
	return strings.Replace(text, "last_step: keys", "last_step: "+step, 1)
}

// changed puts another version of the policy in force.
func (o *office) changed(edit func(string) string) {
	o.Helper()
	o.activate(strings.Replace(edit(source(o, o.rules.Policy.Name())), `version: "`, `version: "x`, 1), o.rules.Today)
}

// An offer that was never served never counts, unless the household answered.
func TestWhatWasNeverServedNeverCounts(t *testing.T) {
	o, id := opened(t, "strict")
	if o.onOffer("run.expire", id, func(c casework.Change, stored *eilev1.Offer) error { return offer.Expire(c, stored) }) == nil {
		t.Error("an offer that was not served expired")
	}
	if err := o.onOffer("offer.no-show", id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.NoShow(c, stored, "letter came back", o.rules.Today)
	}); err != nil {
		t.Fatal(err)
	}
	o.assess(id, unjustified)
	if o.is("A-1", waiting).GetCountedRefusals() != 0 || read(o, store.Offers, id).GetCounted() {
		t.Error("a no-show counts though the household was never told")
	}
	answered := o.again("U-2", unjustified)
	if offer := read(o, store.Offers, answered); !offer.GetCounted() || offer.GetServedOn() == nil {
		t.Errorf("who refuses was told: %v", offer)
	}
	o.is("A-1", onHold)
}

// A letting that failed leaves its offer accepted; taking that back must not
// touch the letting that came after.
func TestAFailedLettingIsOver(t *testing.T) {
	o, first := opened(t, "strict")
	o.accept(first)
	o.is("A-1", reserved)
	if err := o.onTenancy("tenancy.fail", first, func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.Fail(c, stored, "did not sign")
	}); err != nil {
		t.Fatal(err)
	}
	o.is("A-1", waiting)
	o.unitIs("U-1", vacant)
	second, err := o.offer("A-1", "U-2")
	if err != nil {
		t.Fatal(err)
	}
	o.accept(second)
	if o.onOffer("offer.withdraw", first, func(c casework.Change, stored *eilev1.Offer) error { return offer.Withdraw(c, stored, "late") }) == nil {
		t.Error("the offer of a letting that failed was withdrawn")
	}
	o.is("A-1", reserved)
	o.unitIs("U-2", reservedUnit)
	if err := o.onOffer("offer.withdraw", second, func(c casework.Change, stored *eilev1.Offer) error { return offer.Withdraw(c, stored, "burst pipe") }); err != nil {
		t.Fatal(err)
	}
	o.is("A-1", waiting)
	if _, err := o.offer("A-1", "U-2"); err != nil {
		t.Errorf("a home that the landlord took back is not offered again: %v", err)
	}
}

// The offer that stands against a home is the one that is reopened.
func TestReopen(t *testing.T) {
	o, first := opened(t, "taipei-points")
	o.refuse(first)
	reopen := func(id string) error {
		return o.onOffer("offer.reopen", id, func(c casework.Change, stored *eilev1.Offer) error {
			return offer.Reopen(c, stored, "the noise is gone")
		})
	}
	if err := reopen(first); err != nil {
		t.Fatal(err)
	}
	if reopen(first) == nil {
		t.Error("it was reopened twice")
	}
	second := o.again("U-1", justified)
	if reopen(first) == nil {
		t.Error("reopening the first offer lifted what the second stands for")
	}
	if _, err := o.offer("A-1", "U-1"); !slices.Equal(codesOf(err), []string{"ALREADY_OFFERED"}) {
		t.Errorf("after a refusal: %v", err)
	}
	if err := reopen(second); err != nil {
		t.Fatal(err)
	}
	if _, err := o.offer("A-1", "U-1"); err != nil {
		t.Errorf("after it was reopened: %v", err)
	}
}

// An offer is made on the facts of the day, not on those of the last evaluation.
func TestAnOfferIsMadeOnTheFactsOfTheDay(t *testing.T) {
	o, first := opened(t, "strict")
	o.amend("A-2", "income=50", "until=2025-06-05")
	o.is("A-2", waiting)
	o.rules.Today = mustDay(t, "2025-06-06")
	if _, err := o.offer("A-2", "U-2"); !slices.Equal(codesOf(err), []string{"ON_HOLD", "TOO_LATE"}) {
		t.Errorf("an offer to one whose time is over: %v", err)
	}
	o.amend("A-1", "income=50", "until=2025-06-07")
	o.rules.Today = mustDay(t, "2025-06-08")
	err := o.onOffer("offer.accept", first, func(c casework.Change, stored *eilev1.Offer) error { return offer.Accept(c, stored, o.rules.Today) })
	if !slices.Equal(codesOf(err), []string{"ON_HOLD", "TOO_LATE"}) {
		t.Errorf("an acceptance by one whose time is over: %v", err)
	}
}

// A correction of a home takes back an offer that it speaks against, not one
// that was made in spite of the rules.
func TestACorrectionTakesBackWhatItSpoils(t *testing.T) {
	o, first := opened(t, "taipei-points")
	amend := func(unit, kind string) {
		t.Helper()
		o.must("unit.amend", func(c casework.Change) error {
			stored, err := store.Units.Get(c.Tx, unit)
			if err != nil {
				return err
			}
			stored.Attributes = o.facts(policy.UnitKind, "unit_type="+kind)
			return home.Amend(c, stored, stored.GetStatus())
		})
	}
	amend("U-1", "1-bedroom")
	o.unitIs("U-1", offered)
	amend("U-1", "2-bedroom")
	o.unitIs("U-1", vacant)
	if got := read(o, store.Offers, first); got.GetStatus() != withdrawnOffer || got.GetCounted() {
		t.Errorf("the offer is %v", got)
	}
	o.must("offer.create", func(c casework.Change) error {
		return offer.MakeManual(c, &eilev1.Offer{Id: "M-1", Application: "A-2", Unit: "U-1", Basis: "COURT"}, by("D-1"))
	})
	amend("U-1", "2-bedroom")
	o.unitIs("U-1", offered)
}

func codesOf(err error) (codes []string) {
	var refusal casework.Refusal
	if errors.As(err, &refusal) {
		for _, reason := range refusal.Reasons {
			codes = append(codes, reason.GetCode())
		}
	}
	return codes
}
