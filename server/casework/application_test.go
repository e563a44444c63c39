package casework_test

import (
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

func (o *office) decide(reference string, fn func(c casework.Change, a *eilev1.Application) error) {
	o.Helper()
	if err := o.onApplication("application.decide", reference, func(c casework.Change, a *eilev1.Application) error { return fn(c, a) }); err != nil {
		o.Fatal(err)
	}
}

func reinstate(c casework.Change, a *eilev1.Application) error {
	return application.Reinstate(c, a, by("D-2"))
}

func remove(c casework.Change, a *eilev1.Application) error {
	return application.Remove(c, a, false, by("D-3"))
}

func withdraw(c casework.Change, a *eilev1.Application) error {
	return application.Withdraw(c, a, "moved")
}

// Only YES has a place: what never had one is incomplete or to be rejected, what
// had one is held at it.
func TestOnlyYesHasAPlace(t *testing.T) {
	o := newOffice(t.Context(), t, "strict")
	defer o.db.Close()
	o.register("A-1")
	if missing := o.is("A-1", received).GetMissing(); len(missing) != 1 || missing[0] != "income" {
		t.Errorf("missing: %v", missing)
	}
	o.amend("A-1", "income=500")
	if kind := o.is("A-1", onHold).GetProposedDecision().GetKind(); kind != proposeReject {
		t.Errorf("one that never had a place is proposed for %v", kind)
	}
	o.amend("A-1")
	o.is("A-1", received)
	o.decide("A-1", withdraw)
	o.decide("A-1", reinstate)
	o.is("A-1", received)
	o.decide("A-1", remove)
	o.is("A-1", rejected)
	o.decide("A-1", reinstate)
	o.is("A-1", received)
	o.amend("A-1", "income=50")
	o.is("A-1", waiting)
	o.amend("A-1")
	if kind := o.is("A-1", onHold).GetProposedDecision().GetKind(); kind != proposeRemove {
		t.Errorf("one that had a place is proposed for %v", kind)
	}
	o.amend("A-1", "income=50", "until=2025-01-01")
	if kind := o.is("A-1", onHold).GetProposedDecision().GetKind(); kind != proposeReview {
		t.Errorf("where the rule asks for a review, %v is proposed", kind)
	}
	o.decide("A-1", remove)
	if why := o.is("A-1", removed).GetEndedReason(); why.GetCode() != "REMOVED" || why.GetDetail() != "heard" {
		t.Errorf("it ended for %v", why)
	}
}

// A proposal that stays the same has stood since it was first made.
func TestAProposalKeepsItsMoment(t *testing.T) {
	o := newOffice(t.Context(), t, "strict")
	defer o.db.Close()
	o.register("A-1", "income=500")
	first := o.is("A-1", onHold).GetProposedDecision().GetProposedAt().AsTime()
	o.amend("A-1", "income=500")
	if again := o.is("A-1", onHold).GetProposedDecision().GetProposedAt().AsTime(); !again.Equal(first) {
		t.Errorf("it was proposed at %v, now at %v", first, again)
	}
	o.amend("A-1", "income=600")
	if other := o.is("A-1", onHold).GetProposedDecision().GetProposedAt().AsTime(); !other.After(first) {
		t.Errorf("another reason is proposed since %v", other)
	}
}

// What changes a right is a decision, and cites who, what, why and under which
// policy.
func TestDecisionsAreRecorded(t *testing.T) {
	o := newOffice(t.Context(), t, "strict")
	defer o.db.Close()
	o.register("A-1", "income=50")
	o.amend("A-1", "income=500")
	o.decide("A-1", remove)
	o.amend("A-1", "income=50")
	o.decide("A-1", reinstate)
	o.amend("A-1", "income=500")
	o.amend("A-1", "income=50")
	var kinds []eilev1.DecisionKind
	for _, decision := range all(o, store.Decisions) {
		kinds = append(kinds, decision.GetKind())
		if decision.GetSubject() != "A-1" || decision.GetPolicy().GetName() != "strict" || decision.GetDecidedBy() != "tester" ||
			decision.GetNumber() == "" || decision.GetDecidedOn() == nil || decision.GetReasons()[len(decision.GetReasons())-1].GetDetail() != "heard" {
			t.Errorf("decision: %v", decision)
		}
		if decision.GetKind() == proposeRemove && (decision.GetProposedBy() != casework.Machine || decision.GetReasons()[0].GetCode() != "INCOME_OVER") {
			t.Errorf("the removal does not say what was proposed: %v", decision)
		}
	}
	if len(kinds) != 2 {
		t.Errorf("decisions: %v", kinds)
	}
}

// A decision against what is proposed declines it.
func TestAReinstatementDeclinesWhatIsProposed(t *testing.T) {
	o, first := opened(t, "strict")
	o.refuse(first)
	o.assess(first, unjustified)
	o.is("A-1", onHold)
	o.decide("A-1", reinstate)
	o.is("A-1", waiting)
	declined := 0
	for _, decision := range all(o, store.Decisions) {
		if decision.GetState() == eilev1.DecisionState_DECISION_STATE_DECLINED {
			declined++
			if decision.GetKind() != proposeRemove || decision.GetReasons()[0].GetCode() != "REFUSALS_EXCEEDED" {
				t.Errorf("declined: %v", decision)
			}
		}
	}
	if declined != 1 {
		t.Errorf("%d decisions were declined", declined)
	}
}

// A suspension keeps what holds the application, and ends by itself or by
// decision.
func TestASuspensionKeepsTheHold(t *testing.T) {
	o, first := opened(t, "strict")
	o.refuse(first)
	suspend := func(days int) {
		t.Helper()
		until := o.rules.Today.AddDays(days)
		o.decide("A-1", func(c casework.Change, a *eilev1.Application) error {
			return application.Suspend(c, a, nil, until.Proto(), by("D-1"))
		})
	}
	suspend(3)
	o.assess(first, unjustified)
	o.is("A-1", suspended)
	o.rules.Today += 3
	o.recheck("A-1", false)
	o.is("A-1", suspended)
	o.rules.Today++
	o.recheck("A-1", true)
	if o.is("A-1", onHold).GetSuspension() != nil {
		t.Error("its suspension is over and still there")
	}
	suspend(3)
	o.decide("A-1", reinstate)
	o.is("A-1", onHold) // the suspension was lifted, not the refusals
	o.decide("A-1", reinstate)
	o.is("A-1", waiting)
}

func (o *office) recheck(reference string, want bool) {
	o.Helper()
	o.must("run.recheck", func(c casework.Change) error {
		changed, err := state.Recheck(c, reference)
		if changed != want {
			o.Errorf("application %s was evaluated again: %t, want %t", reference, changed, want)
		}
		return err
	})
}

// Who ends or is suspended leaves nothing behind that waits for them.
func TestAnEndFreesTheOtherSide(t *testing.T) {
	for name, end := range map[string]func(casework.Change, *eilev1.Application) error{"withdrawn": withdraw, "removed": remove} {
		t.Run(name, func(t *testing.T) {
			o, first := opened(t, "strict")
			o.decide("A-1", end)
			o.unitIs("U-1", vacant)
			if got := read(o, store.Offers, first); got.GetStatus() != withdrawnOffer || got.GetNote() == "" {
				t.Errorf("its offer is %v", got)
			}
			o.decide("A-1", reinstate)
			second, err := o.offer("A-1", "U-1")
			if err != nil {
				t.Fatalf("a home that was taken back is not offered again: %v", err)
			}
			o.accept(second)
			o.decide("A-1", end)
			o.unitIs("U-1", vacant)
			if got := read(o, store.Tenancies, second); got.GetEndedOn() == nil || got.GetEndedReason() == "" {
				t.Errorf("its letting is %v", got)
			}
		})
	}
}

// A temporary letting lets the home and leaves the household on the list; each
// step of a letting is a fact of its own.
func TestLettings(t *testing.T) {
	o, first := opened(t, "lt-vilnius")
	o.accept(first)
	o.must("tenancy.kind", func(c casework.Change) error {
		tenancy, err := store.Tenancies.Get(c.Tx, first)
		if err != nil {
			return err
		}
		tenancy.Kind = eilev1.TenancyKind_TENANCY_KIND_TEMPORARY
		return store.Tenancies.Put(c.Tx, first, tenancy)
	})
	step := func(id string, step eilev1.TenancyStep) {
		t.Helper()
		if err := o.onTenancy("tenancy.step", id, func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.RecordStep(c, stored, step, o.rules.Today)
		}); err != nil {
			t.Fatal(err)
		}
	}
	step(first, eilev1.TenancyStep_TENANCY_STEP_ORDER)
	o.is("A-1", reserved)
	o.unitIs("U-1", reservedUnit)
	step(first, eilev1.TenancyStep_TENANCY_STEP_CONTRACT)
	o.is("A-1", waiting)
	o.unitIs("U-1", let)
	step(first, eilev1.TenancyStep_TENANCY_STEP_KEYS)
	second, err := o.offer("A-1", "U-2")
	if err != nil {
		t.Fatalf("one that was housed for a time gets no offer: %v", err)
	}
	o.accept(second)
	step(second, eilev1.TenancyStep_TENANCY_STEP_CONTRACT)
	if on := o.is("A-1", housed).GetHousedOn(); on == nil || read(o, store.Tenancies, second).GetKeysOn() != nil {
		t.Errorf("housed on %v", on)
	}
	if err := o.onTenancy("tenancy.end", first, func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.End(c, stored, "moved on", o.rules.Today)
	}); err != nil {
		t.Fatal(err)
	}
	o.unitIs("U-1", vacant)
	o.is("A-1", housed)
}

// A policy may come while a letting is under way: what its last step is counts.
func TestALettingUnderAnotherPolicy(t *testing.T) {
	o, first := opened(t, "strict")
	o.accept(first)
	o.changed(func(text string) string { return lastStep(text, "contract") })
	if err := o.onTenancy("tenancy.step", first, func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.RecordStep(c, stored, eilev1.TenancyStep_TENANCY_STEP_ORDER, o.rules.Today)
	}); err != nil {
		t.Fatal(err)
	}
	o.is("A-1", reserved)
	o.changed(func(text string) string { return lastStep(text, "order") })
	if err := o.onTenancy("tenancy.step", first, func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.RecordStep(c, stored, eilev1.TenancyStep_TENANCY_STEP_KEYS, o.rules.Today)
	}); err != nil {
		t.Fatal(err)
	}
	o.is("A-1", housed)
	o.unitIs("U-1", let)
}
