package home_test

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/store"
)

// estate is a world with flagged homes: A-1 lives in U-1, and nobody in U-2.
func estate(t eiletest.T) *eiletest.World {
	t.Helper()
	w := eiletest.Tenanted(t)
	w.Mend("U-1", "worn=90")
	w.Mend("U-2", "worn=80")
	return w
}

func propose(w *eiletest.World, id string, homes ...string) error {
	w.Helper()
	return w.Change("decommission.propose", func(c casework.Change) error { return home.ProposeGivingUp(c, id, homes, "worn out") })
}

// proposed is an estate whose homes are proposed to be given up, by a tester;
// from then on another decides.
func proposed(t eiletest.T) *eiletest.World {
	t.Helper()
	w := estate(t)
	if err := propose(w, "D-1", "U-2", "U-1"); err != nil {
		t.Fatal(err)
	}
	w.Actor = "another"
	return w
}

func decide(w *eiletest.World, fn func(casework.Change, *eilev1.Decommission) error) error {
	w.Helper()
	return eiletest.On(w, "decommission.decide", store.Decommissions, "D-1", fn)
}

func approve(reference string) func(casework.Change, *eilev1.Decommission) error {
	return func(c casework.Change, record *eilev1.Decommission) error {
		return home.ApproveGivingUp(c, record, reference, false, eiletest.By("D-9"))
	}
}

func approveFirst(reference string) func(casework.Change, *eilev1.Decommission) error {
	return func(c casework.Change, record *eilev1.Decommission) error {
		return home.ApproveGivingUp(c, record, reference, true, eiletest.By("D-9"))
	}
}

func reject(reference string) func(casework.Change, *eilev1.Decommission) error {
	return func(c casework.Change, record *eilev1.Decommission) error {
		return home.RejectGivingUp(c, record, reference, eiletest.By("D-9"))
	}
}

// settle makes the transfer of who lives in U-1.
func settle(w *eiletest.World) {
	w.Helper()
	w.Must("decommission.transfer", func(c casework.Change) error { return home.SettleTransfer(c, "D-1", "U-1") })
}

// mustDecide decides about a proposal, which must succeed.
func mustDecide(w *eiletest.World, fn func(casework.Change, *eilev1.Decommission) error) {
	w.Helper()
	if err := decide(w, fn); err != nil {
		w.Fatal(err)
	}
}

// stateOf is where giving up a home stands, which both records must tell alike.
func stateOf(w *eiletest.World, reference string) eilev1.GivingUpState {
	w.Helper()
	var named eilev1.GivingUpState
	for _, record := range eiletest.All(w, store.Decommissions) {
		for _, one := range record.GetHomes() {
			if one.GetUnit() == reference {
				named = one.GetState()
			}
		}
	}
	if own := eiletest.Read(w, store.Units, reference).GetGivingUp().GetState(); own != named {
		w.Errorf("unit %s is %v, the proposal says %v", reference, own, named)
	}
	return named
}

// Each step of giving up a home is taken by a person. The domain draws no line of
// these states.
func TestEachStepOfGivingUp(t *testing.T) {
	proposing := func(w *eiletest.World) {
		if err := propose(w, "D-1", "U-2"); err != nil {
			w.Fatal(err)
		}
		w.Actor = "another"
	}
	does := func(fn func(casework.Change, *eilev1.Decommission) error) func(*eiletest.World) {
		return func(w *eiletest.World) { mustDecide(w, fn) }
	}
	waits := func(w *eiletest.World) {
		proposing(w)
		mustDecide(w, approveFirst(""))
	}
	world := func(t eiletest.T) *eiletest.World {
		t.Helper()
		return estate(t)
	}
	eiletest.Walks(t, home.Steps, world, map[string]eiletest.Road{
		"propose":                       {nil, proposing},
		"PROPOSED approve":              {proposing, does(approve(""))},
		"PROPOSED approve in principle": {proposing, does(approveFirst(""))},
		"PROPOSED reject":               {proposing, does(reject(""))},
		"IN_PRINCIPLE approve":          {waits, does(approve(""))},
		"IN_PRINCIPLE approve in principle": {func(w *eiletest.World) {
			waits(w)
			// Somebody moves in all the same, and has no transfer.
			eiletest.MustOn(w, "unit", store.Units, "U-2", func(c casework.Change, stored *eilev1.Unit) error {
				stored.Status, stored.Vacancy = let, nil
				return c.Tx.PutUnit(stored)
			})
		}, does(approveFirst(""))},
		"IN_PRINCIPLE reject": {waits, does(reject(""))},
	}, func(w *eiletest.World) eilev1.GivingUpState { return stateOf(w, "U-2") })
}

// A proposal names flagged homes, in order, each once at a time; what must be
// decided stands with each of them.
func TestAProposal(t *testing.T) {
	w := proposed(t)
	record := eiletest.Read(w, store.Decommissions, "D-1")
	if record.GetReason() != "worn out" || record.GetProposedBy() != "tester" || record.GetProposedAt() == nil ||
		record.GetHomes()[0].GetUnit() != "U-1" || record.GetHomes()[1].GetUnit() != "U-2" {
		t.Errorf("proposed: %v", record)
	}
	asked := w.HomeIs("U-1", "LET").GetProposedDecision()
	if asked.GetKind() != eilev1.DecisionKind_DECISION_KIND_DECOMMISSION || asked.GetProposedBy() != "tester" || !proto.Equal(asked.GetProposedAt(), record.GetProposedAt()) ||
		asked.GetReasons()[0].GetDetail() != "worn out" || asked.GetReasons()[1].GetCode() != "WORN" {
		t.Errorf("asked of U-1: %v", asked)
	}
	w.Home("U-3")
	w.Refused(propose(w, "D-2", "U-1", "U-3"), "ALREADY_PROPOSED", "NOT_FLAGGED")
	mustDecide(w, approve("U-2"))
	w.Refused(propose(w, "D-2", "U-2"), "GIVEN_UP")
	mustDecide(w, reject("U-1"))
	if err := propose(w, "D-2", "U-1"); err != nil || stateOf(w, "U-1") != eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED {
		t.Errorf("proposed again: %v", err)
	}
}

// A proposal without a name has that of its first home, and a number where that
// is taken.
func TestTheNameOfAProposal(t *testing.T) {
	w := estate(t)
	name := func(references ...string) (id string) {
		w.View(func(v *store.View) (err error) {
			id, err = home.ProposalID(v, references)
			return err
		})
		return id
	}
	if got := name("U-2", "U-1"); got != "D-U-1" {
		t.Errorf("it is called %s", got)
	}
	for _, id := range []string{"D-U-1", "D-U-1.2"} {
		if got := name("U-1"); got != id {
			t.Errorf("it is called %s, want %s", got, id)
		}
		if err := propose(w, id, "U-1"); err != nil {
			t.Fatal(err)
		}
		w.Actor = "another"
		eiletest.MustOn(w, "decommission.reject", store.Decommissions, id, reject(""))
	}
	if got := name(strings.Repeat("U", 63)); len(got) != 60 {
		t.Errorf("a long name is %s", got)
	}
}

// Nobody approves what they proposed, and nobody is put out: who lives in a home
// is rehoused first.
func TestWhoLivesInAHomeIsRehousedFirst(t *testing.T) {
	w := proposed(t)
	w.Actor = "tester"
	w.Refused(decide(w, approve("")), "FOUR_EYES")
	w.Actor = "another"
	refused := decide(w, approve(""))
	if w.Refused(refused, "OCCUPIED"); !strings.Contains(refused.Error(), "approve it in principle, so that") || next(refused) != "APPROVE_IN_PRINCIPLE" {
		t.Errorf("refused: %v", refused)
	}
	mustDecide(w, approveFirst("U-1"))
	record := eiletest.Read(w, store.Decommissions, "D-1")
	if !record.GetTransfersPending() || len(record.GetDecisions()) != 1 || w.HomeIs("U-1", "LET").GetProposedDecision() != nil || w.HomeIs("U-2", "VACANT").GetProposedDecision() == nil {
		t.Errorf("approved in principle: %v", record)
	}
	decided := eiletest.Read(w, store.Decisions, record.GetDecisions()[0].GetId())
	if why := decided.GetReasons(); why[0].GetCode() != "IN_PRINCIPLE" || why[0].GetDetail() != "unit U-1" || why[1].GetDetail() != "heard" || decided.GetProposedBy() != "tester" || decided.GetDecidedBy() != "another" {
		t.Errorf("it rests on %v", decided)
	}
	refused = decide(w, approve("U-1"))
	if w.Refused(refused, "OCCUPIED"); !strings.Contains(refused.Error(), "in principle again") || next(refused) != "APPROVE_IN_PRINCIPLE" {
		t.Errorf("refused without a transfer: %v", refused)
	}
	settle(w)
	settle(w)
	w.Is("T-U-1", "WAITING")
	named := eiletest.Read(w, store.Decommissions, "D-1").GetHomes()[0]
	if named.GetTransfer() != "T-U-1" || named.GetObstacle() != nil || named.GetDecision() != decided.GetId() {
		t.Errorf("the proposal names %v", named)
	}
	for range 2 {
		w.Must("decommission.settle", func(c casework.Change) error { return home.TransfersSettled(c, "D-1") })
	}
	if eiletest.Read(w, store.Decommissions, "D-1").GetTransfersPending() {
		t.Error("transfers are still pending")
	}
	w.Refused(decide(w, approveFirst("U-1")), "NOTHING_TO_DECIDE")
	refused = decide(w, approve("U-1"))
	if w.Refused(refused, "OCCUPIED"); !strings.Contains(refused.Error(), "the transfer T-U-1 is WAITING") {
		t.Errorf("refused before it is rehoused: %v", refused)
	}
	w.Refused(decide(w, reject("U-1")), "TRANSFER_UNDER_WAY")
}

// A household whose transfer has ended gets another one, and a home that is empty
// by then is given up.
func TestAHomeIsGivenUpWhenItIsEmpty(t *testing.T) {
	w := proposed(t)
	mustDecide(w, approveFirst("U-1"))
	settle(w)
	withdraw := func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "stays") }
	eiletest.MustOn(w, "withdraw", store.Applications, "T-U-1", withdraw)
	mustDecide(w, approveFirst("U-1"))
	settle(w)
	if named := eiletest.Read(w, store.Decommissions, "D-1").GetHomes()[0]; named.GetTransfer() != "T-U-1.2" {
		t.Errorf("its transfer is %s", named.GetTransfer())
	}
	w.Home("U-3")
	w.House("T-U-1.2", "U-3")
	w.HomeIs("U-1", "VACANT")
	mustDecide(w, approve(""))
	for _, reference := range []string{"U-1", "U-2"} {
		got := w.HomeIs(reference, "DECOMMISSIONED")
		if !strings.HasPrefix(got.GetStatusReason(), "given up: proposal D-1, decision ") || got.GetProposedDecision() != nil || stateOf(w, reference) != eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED {
			t.Errorf("given up: %v", got)
		}
	}
	w.Refused(decide(w, approve("")), "NOTHING_TO_DECIDE")
	w.Refused(decide(w, reject("")), "NOTHING_TO_DECIDE")
}

// What was repaired since it was proposed is not given up; rejected, its flag and
// its household stay.
func TestARepairedHomeIsNotGivenUp(t *testing.T) {
	w := proposed(t)
	must(w, "U-2", func(c casework.Change, stored *eilev1.Unit) error {
		stored.WearPercent = new(int32(10))
		return home.Inspect(c, stored, &eilev1.Inspection{Id: "I-1", Unit: "U-2", InspectedOn: c.Rules.Today.Proto()})
	})
	w.Refused(decide(w, approve("U-2")), "NOT_FLAGGED")
	w.Refused(decide(w, approveFirst("U-2")), "NOT_FLAGGED")
	w.Actor = "tester" // who proposed may take it back
	mustDecide(w, reject("U-2"))
	record := eiletest.Read(w, store.Decommissions, "D-1")
	if got := eiletest.Read(w, store.Decisions, record.GetDecisions()[0].GetId()); got.GetState() != eilev1.DecisionState_DECISION_STATE_DECLINED || got.GetReasons()[0].GetCode() != "REJECTED" {
		t.Errorf("it rests on %v", got)
	}
	if got := w.HomeIs("U-2", "VACANT"); got.GetProposedDecision() != nil || stateOf(w, "U-2") != eilev1.GivingUpState_GIVING_UP_STATE_REJECTED {
		t.Errorf("rejected: %v", got)
	}
	if stateOf(w, "U-1") != eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED {
		t.Error("the other home is decided too")
	}
}

// A transfer that has ended does not keep a proposal from being rejected.
func TestAProposalIsRejectedWhenNobodyMoves(t *testing.T) {
	w := proposed(t)
	mustDecide(w, approveFirst("U-1"))
	settle(w)
	eiletest.MustOn(w, "withdraw", store.Applications, "T-U-1", func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "stays") })
	mustDecide(w, reject(""))
	if stateOf(w, "U-1") != eilev1.GivingUpState_GIVING_UP_STATE_REJECTED || stateOf(w, "U-2") != eilev1.GivingUpState_GIVING_UP_STATE_REJECTED {
		t.Error("it is not rejected")
	}
}

// Where a transfer cannot be made, the proposal keeps what a person must do; a
// home that was left alone needs none.
func TestWhatIsInTheWayOfGivingUp(t *testing.T) {
	w := eiletest.New(t, eiletest.Estate)
	w.Must("unit.register", func(c casework.Change) error {
		dwelling := w.Dwelling("U-1", "worn=90")
		dwelling.Status = let
		return home.Register(c, dwelling)
	})
	if err := propose(w, "D-1", "U-1"); err != nil {
		t.Fatal(err)
	}
	settle(w) // nothing is approved yet
	w.Actor = "another"
	mustDecide(w, approveFirst(""))
	settle(w)
	named := eiletest.Read(w, store.Decommissions, "D-1").GetHomes()[0]
	if named.GetTransfer() != "" || named.GetObstacle().GetCode() != "NO_TENANT_ON_RECORD" {
		t.Errorf("the proposal names %v", named)
	}
	refused := decide(w, approve(""))
	if w.Refused(refused, "OCCUPIED"); !strings.Contains(refused.Error(), "the tenant of unit U-1 is not on record") {
		t.Errorf("refused: %v", refused)
	}
	must(w, "U-1", call(vacant))
	settle(w)
	mustDecide(w, approve(""))
	w.HomeIs("U-1", "DECOMMISSIONED")
}

// The transfer of a home is known from the home.
func TestTransferOf(t *testing.T) {
	w := proposed(t)
	of := func(reference string) (transfer string) {
		w.View(func(v *store.View) (err error) {
			transfer, err = home.TransferOf(v, reference)
			return err
		})
		return transfer
	}
	w.Home("U-3")
	mustDecide(w, approveFirst("U-1"))
	settle(w)
	if of("U-1") != "T-U-1" || of("U-2") != "" || of("U-3") != "" {
		t.Errorf("the transfers are %q, %q and %q", of("U-1"), of("U-2"), of("U-3"))
	}
}

// next is the step that a refusal names first.
func next(refused error) string {
	var refusal casework.Refusal
	if !errors.As(refused, &refusal) || len(refusal.Reasons[0].GetNext()) == 0 {
		return ""
	}
	return refusal.Reasons[0].GetNext()[0].GetCode()
}
