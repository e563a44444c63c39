package server_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

const twoPersons = `mode: choice
out_of_turn: {grounds: [{code: fire, title: {en: Fire}}]}
decisions:
  GRANT_GROUND: {four_eyes: true, legal_ground: required, appeal_days: 30}
  SUSPEND: {four_eyes: "size > 2"}
  MANUAL_OFFER: {four_eyes: true}
calendar: {weekend: [sat, sun], holidays: [{on: 03-11}]}
service: {hand: {days: 0}, registered_post: {days: 5}}
`

// hall is a town in which some decisions take two persons.
type hall struct {
	*town
	decisions eilev1.DecisionServiceClient
}

func openHall(t eiletest.T) *hall {
	t.Helper()
	w := openTown(t, "2026-02-02", twoPersons)
	return &hall{w, eilev1.NewDecisionServiceClient(w.conn)}
}

// as is the context of a person's calls.
func (h *hall) as(name string) context.Context {
	return metadata.AppendToOutgoingContext(h.Context(), "eile-as", name)
}

// codesOf are the codes of what a call was refused for; none: it was not.
func codesOf(h *hall, err error) []string {
	h.Helper()
	if err == nil {
		return nil
	}
	refusal := refusalOf(err)
	if refusal == nil {
		h.Fatalf("%v", err)
	}
	var all []string
	for _, reason := range refusal.GetReasons() {
		all = append(all, reason.GetCode())
	}
	return all
}

// by cites a decision with everything that the hall asks for.
func by(number string) *eilev1.ByDecision {
	return &eilev1.ByDecision{Number: number, Reason: "heard", LegalGround: "art. 15"}
}

func (h *hall) list(req *eilev1.ListDecisionsRequest) []*eilev1.Decision {
	h.Helper()
	return ask(h.town, h.decisions.ListDecisions, req).GetDecisions()
}

// What one person asks for is proposed and changes nothing; what another approves is done, and
// found by its id, its number, its kind and its household.
func TestASecondPersonApproves(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	h.waits("B", "2019-01-03", 1)
	grant := &eilev1.GrantGroundRequest{Reference: "B", Code: "fire", Decision: by("30-1"), RequestId: uuid.NewString()}
	before := ask(h.town, h.applications.GetApplication, &eilev1.GetApplicationRequest{Reference: "B"})
	answer, err := h.applications.GrantGround(h.as("Ona"), grant)
	if err != nil {
		t.Fatal(err)
	}
	proposal := answer.GetProposal()
	if proposal.GetId() == "" || proposal.GetKind() != eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND || proposal.GetNumber() != "30-1" ||
		proposal.GetState() != eilev1.DecisionState_DECISION_STATE_PROPOSED || answer.GetReference() != "" {
		t.Fatalf("answered: %v", answer)
	}
	if now := ask(h.town, h.applications.GetApplication, &eilev1.GetApplicationRequest{Reference: "B"}); !proto.Equal(now, before) {
		t.Errorf("proposing changed %v to %v", before, now)
	}
	_, err = h.applications.GrantGround(h.as("petras"), &eilev1.GrantGroundRequest{Reference: "B", Code: "fire", Decision: by("30-2")})
	if got := codesOf(h, err); !slices.Equal(got, []string{"ALREADY_PROPOSED"}) {
		t.Errorf("proposed twice: %v", got)
	}
	for _, name := range []string{"ona", "ONA", " Ona "} {
		_, err := h.decisions.ApproveDecision(h.as(name), &eilev1.ApproveDecisionRequest{Id: proposal.GetId()})
		if got := codesOf(h, err); !slices.Equal(got, []string{"SAME_PERSON"}) {
			t.Errorf("approved by %q: %v", name, got)
		}
	}
	_, err = h.decisions.ApproveDecision(h.as("petras"), &eilev1.ApproveDecisionRequest{Id: proposal.GetId(), Number: "30-9"})
	if got := codesOf(h, err); !slices.Equal(got, []string{"TWO_NUMBERS"}) {
		t.Errorf("approved under another number: %v", got)
	}
	approve := &eilev1.ApproveDecisionRequest{Id: "30-1", Reason: "seen", RequestId: uuid.NewString()}
	decided, err := h.decisions.ApproveDecision(h.as("petras"), approve)
	if err != nil {
		t.Fatal(err)
	}
	if decided.GetId() != proposal.GetId() || decided.GetProposedBy() != "ona" || decided.GetDecidedBy() != "petras" || decided.GetNumber() != "30-1" ||
		decided.GetState() != eilev1.DecisionState_DECISION_STATE_DECIDED || len(decided.GetReasons()) != 2 {
		t.Errorf("decided: %v", decided)
	}
	if granted := ask(h.town, h.applications.GetApplication, &eilev1.GetApplicationRequest{Reference: "B"}); granted.GetPosition() != 1 ||
		granted.GetGrounds()[0].GetDecision() != decided.GetId() {
		t.Errorf("granted: %v", granted)
	}
	for what, req := range map[string]*eilev1.ListDecisionsRequest{
		"number":    {Number: "30-1"},
		"household": {Subject: "B"},
		"kind":      {Kind: eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND},
		"state":     {State: eilev1.DecisionState_DECISION_STATE_DECIDED, Kind: eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND},
	} {
		if found := h.list(req); len(found) != 1 || found[0].GetId() != decided.GetId() {
			t.Errorf("by %s: %v", what, found)
		}
	}
	again, err := h.applications.GrantGround(h.as("Ona"), grant)
	if err != nil || !proto.Equal(again.GetProposal(), proposal) {
		t.Errorf("the first request again: %v, %v", again, err)
	}
	repeated, err := h.decisions.ApproveDecision(h.as("petras"), approve)
	if err != nil || !proto.Equal(repeated, decided) {
		t.Errorf("the second request again: %v, %v", repeated, err)
	}
	_, err = h.decisions.ApproveDecision(h.as("jonas"), &eilev1.ApproveDecisionRequest{Id: decided.GetId()})
	if got := codesOf(h, err); !slices.Equal(got, []string{"WRONG_STATE"}) {
		t.Errorf("approved again: %v", got)
	}
}

// What a decision does not say is told, all of it.
func TestADecisionSaysWhatItMust(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	for name, test := range map[string]struct {
		by   *eilev1.ByDecision
		want []string
	}{
		"nothing":   {&eilev1.ByDecision{}, []string{"DECISION_INCOMPLETE", "DECISION_INCOMPLETE"}},
		"blanks":    {&eilev1.ByDecision{Number: " ", Reason: "\t", DecidedOn: dayOf("2026-02-03")}, []string{"DECISION_INCOMPLETE", "DECISION_INCOMPLETE", "IN_THE_FUTURE"}},
		"too early": {&eilev1.ByDecision{Number: "1", Reason: "x", DecidedOn: dayOf("2019-01-01")}, []string{"DECIDED_TOO_EARLY"}},
	} {
		_, err := h.applications.RemoveApplication(h.as("ona"), &eilev1.RemoveApplicationRequest{Reference: "A", Decision: test.by})
		if got := codesOf(h, err); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	_, err := h.applications.GrantGround(h.as("ona"), &eilev1.GrantGroundRequest{Reference: "A", Code: "fire", Decision: &eilev1.ByDecision{Reason: "x"}})
	if got := codesOf(h, err); !slices.Equal(got, []string{"DECISION_INCOMPLETE"}) {
		t.Errorf("no legal ground: %v", got)
	}
}

// Who decides about a household of a size that the policy does not name decides alone.
func TestThePolicySaysWhoNeedsASecond(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	for size, second := range map[int64]bool{2: false, 3: true} {
		reference := fmt.Sprintf("A-%d", size)
		h.waits(reference, "2019-01-02", size)
		answer, err := h.applications.SuspendApplication(h.as("ona"), &eilev1.SuspendApplicationRequest{Reference: reference, Decision: by("1")})
		if err != nil || (answer.GetProposal() != nil) != second {
			t.Errorf("size %d: %v, %v", size, answer, err)
		}
	}
}

// What changed since a decision was proposed is told, and it is proposed anew.
func TestAStaleProposalIsRefused(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	answer, err := h.applications.GrantGround(h.as("ona"), &eilev1.GrantGroundRequest{Reference: "A", Code: "fire", Decision: by("30-1")})
	if err != nil {
		t.Fatal(err)
	}
	ask(h.town, h.applications.AmendApplication, &eilev1.AmendApplicationRequest{
		Application: &eilev1.Application{Reference: "A", RegisterNumber: "77"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"register_number"}},
	})
	approve := &eilev1.ApproveDecisionRequest{Id: answer.GetProposal().GetId()}
	_, err = h.decisions.ApproveDecision(h.as("petras"), approve)
	if got := codesOf(h, err); !slices.Equal(got, []string{"CHANGED_SINCE_PROPOSED"}) || !strings.Contains(err.Error(), "register_number") {
		t.Errorf("stale: %v", err)
	}
	rejected, err := h.decisions.RejectDecision(h.as("petras"), &eilev1.RejectDecisionRequest{Id: approve.Id, Reason: "stale"})
	if err != nil || rejected.GetState() != eilev1.DecisionState_DECISION_STATE_DECLINED {
		t.Fatalf("rejected: %v, %v", rejected, err)
	}
	taken, err := h.applications.GrantGround(h.as("ona"), &eilev1.GrantGroundRequest{Reference: "A", Code: "fire", Decision: by("30-2")})
	if err != nil {
		t.Fatal(err)
	}
	back, err := h.decisions.RejectDecision(h.as("Ona"), &eilev1.RejectDecisionRequest{Id: taken.GetProposal().GetId()})
	if err != nil || back.GetState() != eilev1.DecisionState_DECISION_STATE_WITHDRAWN {
		t.Errorf("taken back: %v, %v", back, err)
	}
}

// The time to appeal runs from what counts as served, and ends on a working day.
func TestADecisionIsServed(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	answer, err := h.applications.GrantGround(h.as("ona"), &eilev1.GrantGroundRequest{Reference: "A", Code: "fire", Decision: by("30-1")})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(on, how string) (*eilev1.Decision, error) {
		return h.decisions.ServeDecision(h.as("ona"), &eilev1.ServeDecisionRequest{Id: answer.GetProposal().GetId(), On: dayOf(on), How: how})
	}
	_, err = serve("2026-02-02", "hand")
	if got := codesOf(h, err); !slices.Equal(got, []string{"WRONG_STATE"}) {
		t.Errorf("served before it was taken: %v", got)
	}
	if _, err = h.decisions.ApproveDecision(h.as("petras"), &eilev1.ApproveDecisionRequest{Id: answer.GetProposal().GetId()}); err != nil {
		t.Fatal(err)
	}
	h.setDay("2026-02-04")
	_, err = serve("2026-02-01", "pigeon")
	if got := codesOf(h, err); !slices.Equal(got, []string{"UNKNOWN_CHANNEL", "SERVED_TOO_EARLY"}) {
		t.Errorf("served by pigeon, before: %v", got)
	}
	// 4 February and 5 days is the 9th; 30 days later is Wednesday 11 March, a holiday.
	served, err := serve("2026-02-04", "registered_post")
	if err != nil || !proto.Equal(served.GetAppealUntil(), dayOf("2026-03-12")) || served.GetServedHow() != "registered_post" {
		t.Errorf("served: %v, %v", served, err)
	}
	_, err = serve("2026-02-04", "hand")
	if got := codesOf(h, err); !slices.Equal(got, []string{"ALREADY_SERVED"}) {
		t.Errorf("served again: %v", got)
	}
}

// A home that is given by hand is given by two persons, and both sides are tested again.
func TestAManualOfferIsApproved(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	h.waits("B", "2019-01-03", 1)
	h.home("U", 2, nil)
	offer := func(who, reference string) (*eilev1.Offer, error) {
		return h.offers.CreateOffer(h.as(who), &eilev1.CreateOfferRequest{Application: reference, Unit: "U", Basis: "COURT", Decision: by("7")})
	}
	first, err := offer("ona", "A")
	if err != nil || first.GetProposal() == nil || first.GetId() != "" {
		t.Fatalf("%v, %v", first, err)
	}
	second, err := offer("ona", "B") // another household: another proposal
	if err != nil || second.GetProposal() == nil {
		t.Fatalf("%v, %v", second, err)
	}
	if _, err := h.decisions.ApproveDecision(h.as("petras"), &eilev1.ApproveDecisionRequest{Id: first.GetProposal().GetId()}); err != nil {
		t.Fatal(err)
	}
	if made := ask(h.town, h.offers.ListOffers, &eilev1.ListOffersRequest{}).GetOffers(); len(made) != 1 || made[0].GetApplication() != "A" {
		t.Errorf("offers: %v", made)
	}
	_, err = h.decisions.ApproveDecision(h.as("petras"), &eilev1.ApproveDecisionRequest{Id: second.GetProposal().GetId()})
	if got := codesOf(h, err); !slices.Contains(got, "CHANGED_SINCE_PROPOSED") {
		t.Errorf("the home was offered meanwhile: %v", err)
	}
}

// A night is never approved by who started it, however the name is spelled; one that a timer
// started by anybody.
func TestANightIsApprovedByAnother(t *testing.T) {
	t.Parallel()
	for starter, want := range map[string][]string{"ona": {"SAME_PERSON"}, "petras": nil, "batch": nil} {
		h := &hall{town: openTown(t, "2026-02-02", "mode: fill\n")}
		next := strings.NewReplacer(`version: "1"`, `version: "2"`, "approval: none", "approval: required").Replace(townPolicy + "mode: fill\n")
		ask(h.town, h.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Source: next})
		h.waits("A", "2019-01-02", 1)
		h.home("U", 2, nil)
		run, err := h.runs.StartRun(h.as(starter), &eilev1.StartRunRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for run.GetState() != eilev1.RunState_RUN_STATE_MATCHED {
			time.Sleep(time.Millisecond)
			run = ask(h.town, h.runs.GetRun, &eilev1.GetRunRequest{Id: run.GetId()})
		}
		_, err = h.runs.ApproveRun(h.as("ONA"), &eilev1.ApproveRunRequest{Id: run.GetId(), Decision: &eilev1.ByDecision{Number: "5"}})
		if got := codesOf(h, err); !slices.Equal(got, want) {
			t.Errorf("started by %s: %v, want %v", starter, err, want)
		}
	}
}

// The machine approves nothing, whoever proposed it.
func TestTheMachineApprovesNothing(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	answer, err := h.applications.GrantGround(h.as("ona"), &eilev1.GrantGroundRequest{Reference: "A", Code: "fire", Decision: by("30-1")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.decisions.ApproveDecision(h.as("batch"), &eilev1.ApproveDecisionRequest{Id: answer.GetProposal().GetId()})
	if got := codesOf(h, err); !slices.Equal(got, []string{"NO_PERSON"}) {
		t.Errorf("approved by a timer: %v", err)
	}
	for _, name := range []string{"o\u200bna", "o\u00adna", "ona\ufeff", "\u043ena"} {
		ctx := metadata.AppendToOutgoingContext(h.Context(), "eile-as-bin", name)
		if _, err := h.decisions.ApproveDecision(ctx, &eilev1.ApproveDecisionRequest{Id: answer.GetProposal().GetId()}); status.Code(err) != codes.InvalidArgument {
			t.Errorf("approved by %q: %v", name, err)
		}
	}
}

// Two persons agree under one policy, on the record that the first one read.
func TestAnotherPolicyEndsAProposal(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	etag := ask(h.town, h.applications.GetApplication, &eilev1.GetApplicationRequest{Reference: "A"}).GetEtag()
	answer, err := h.applications.GrantGround(h.as("ona"), &eilev1.GrantGroundRequest{Reference: "A", Code: "fire", Decision: by("30-1"), Etag: etag})
	if err != nil {
		t.Fatal(err)
	}
	next := strings.Replace(townPolicy+twoPersons, `version: "1"`, `version: "2"`, 1)
	ask(h.town, h.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Source: next})
	_, err = h.decisions.ApproveDecision(h.as("petras"), &eilev1.ApproveDecisionRequest{Id: answer.GetProposal().GetId()})
	if got := codesOf(h, err); !slices.Equal(got, []string{"CHANGED_SINCE_PROPOSED"}) || !strings.Contains(err.Error(), "policy town 2") {
		t.Errorf("approved under another policy: %v", err)
	}
}

// The number that the second person gives is that of the offer too; an offer by hand is not older
// than the registration.
func TestANumberComesWithTheApproval(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.waits("A", "2019-01-02", 1)
	h.home("U", 2, nil)
	offer := &eilev1.CreateOfferRequest{Application: "A", Unit: "U", Basis: "COURT", Decision: &eilev1.ByDecision{DecidedOn: dayOf("1901-01-01")}}
	_, err := h.offers.CreateOffer(h.as("ona"), offer)
	if got := codesOf(h, err); !slices.Equal(got, []string{"DECIDED_TOO_EARLY"}) {
		t.Errorf("decided in 1901: %v", err)
	}
	offer.Decision = &eilev1.ByDecision{}
	answer, err := h.offers.CreateOffer(h.as("ona"), offer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.decisions.ApproveDecision(h.as("petras"), &eilev1.ApproveDecisionRequest{Id: answer.GetProposal().GetId(), Number: "7"}); err != nil {
		t.Fatal(err)
	}
	if made := ask(h.town, h.offers.ListOffers, &eilev1.ListOffersRequest{}).GetOffers(); len(made) != 1 || made[0].GetDecision() != "7" {
		t.Errorf("offers: %v", made)
	}
}

// What the machine proposes is decided by a person, is guarded by its etag, and a request that is
// repeated gets its answer though the proposal is gone.
func TestWhatTheMachineProposes(t *testing.T) {
	t.Parallel()
	h := &hall{town: openTown(t, "2026-02-02", "mode: choice\neligibility: [{code: BIG, require: size < 3, reason: {en: big}}]\n")}
	h.decisions = eilev1.NewDecisionServiceClient(h.conn)
	h.waits("A", "2019-01-02", 3)
	h.waits("B", "2019-01-02", 3)
	found := h.list(&eilev1.ListDecisionsRequest{State: eilev1.DecisionState_DECISION_STATE_PROPOSED})
	if len(found) != 2 || found[0].GetId() != "REJECT.A" || found[0].GetEtag() == "" {
		t.Fatalf("proposed: %v", found)
	}
	if _, err := h.decisions.RejectDecision(h.as("ona"), &eilev1.RejectDecisionRequest{Id: "REJECT.A", Etag: "stale"}); status.Code(err) != codes.Aborted {
		t.Errorf("rejected by a stale etag: %v", err)
	}
	approve := &eilev1.ApproveDecisionRequest{Id: "REJECT.A", Number: "1", Reason: "too big", Etag: found[0].GetEtag(), RequestId: uuid.NewString()}
	first, err := h.decisions.ApproveDecision(h.as("ona"), approve)
	if err != nil || first.GetKind() != eilev1.DecisionKind_DECISION_KIND_REJECT || first.GetProposedBy() != "eile" {
		t.Fatalf("%v, %v", first, err)
	}
	again, err := h.decisions.ApproveDecision(h.as("ona"), approve)
	if err != nil || !proto.Equal(again, first) {
		t.Errorf("again: %v, %v", again, err)
	}
}

// model is what two persons may do to households, in plain maps.
type model struct {
	*hall
	on       int
	proposed map[string]string // household: who proposed to grant
	ids      map[string]string
	granted  map[string]bool
	touched  map[string]bool // changed since it was proposed
}

var people = map[string][]string{"ona": {"ona", "Ona", " ONA"}, "petras": {"petras", "PETRAS"}, "jonas": {"jonas"}}

// TestTwoPersonsDecide drives proposals, approvals, changes in between and repeats against a model.
func TestTwoPersonsDecide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{hall: openHall(t), proposed: map[string]string{}, ids: map[string]string{}, granted: map[string]bool{}, touched: map[string]bool{}}
		for _, reference := range []string{"A", "B"} {
			m.waits(reference, "2019-01-02", 1)
		}
		t.Repeat(map[string]func(*rapid.T){
			"propose": m.propose, "approve": m.approve, "reject": m.reject, "amend": m.amend, "": m.check,
		})
	})
}

func (m *model) draw(t *rapid.T) (reference, who, spelled string) {
	reference = rapid.SampledFrom([]string{"A", "B"}).Draw(t, "household")
	who = rapid.SampledFrom(slices.Sorted(maps.Keys(people))).Draw(t, "who")
	return reference, who, rapid.SampledFrom(people[who]).Draw(t, "spelled")
}

func (m *model) propose(t *rapid.T) {
	reference, who, spelled := m.draw(t)
	answer, err := m.applications.GrantGround(m.as(spelled), &eilev1.GrantGroundRequest{Reference: reference, Code: "fire", Decision: by("")})
	if m.proposed[reference] != "" {
		if got := codesOf(m.hall, err); !slices.Equal(got, []string{"ALREADY_PROPOSED"}) {
			t.Fatalf("proposed twice: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.proposed[reference], m.ids[reference], m.touched[reference] = who, answer.GetProposal().GetId(), false
}

func (m *model) approve(t *rapid.T) {
	reference, who, spelled := m.draw(t)
	if m.ids[reference] == "" {
		t.Skip("nothing was ever proposed")
	}
	number := rapid.SampledFrom([]string{"", "30-7"}).Draw(t, "number")
	_, err := m.decisions.ApproveDecision(m.as(spelled), &eilev1.ApproveDecisionRequest{Id: m.ids[reference], Number: number})
	var want []string
	switch first := m.proposed[reference]; {
	case first == "":
		want = []string{"WRONG_STATE"}
	case first == who:
		want = []string{"SAME_PERSON"}
	case m.touched[reference]:
		want = []string{"CHANGED_SINCE_PROPOSED"}
	case number == "":
		want = []string{"DECISION_INCOMPLETE"}
	default:
		delete(m.proposed, reference)
		m.granted[reference] = true
	}
	if got := codesOf(m.hall, err); !slices.Equal(got, want) {
		t.Fatalf("%s approves what %s proposed: %v, want %v", who, m.proposed[reference], err, want)
	}
}

func (m *model) reject(t *rapid.T) {
	reference, _, spelled := m.draw(t)
	if m.proposed[reference] == "" {
		t.Skip("nothing is proposed")
	}
	if _, err := m.decisions.RejectDecision(m.as(spelled), &eilev1.RejectDecisionRequest{Id: m.ids[reference], Reason: "no"}); err != nil {
		t.Fatal(err)
	}
	delete(m.proposed, reference)
}

func (m *model) amend(t *rapid.T) {
	reference, _, spelled := m.draw(t)
	m.on++
	_, err := m.applications.AmendApplication(m.as(spelled), &eilev1.AmendApplicationRequest{
		Application: &eilev1.Application{Reference: reference, RegisterNumber: fmt.Sprint(m.on)}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"register_number"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.touched[reference] = true
}

// check holds the register against the model: what has an effect was decided by two persons.
func (m *model) check(t *rapid.T) {
	m.Sound()
	waiting := map[string]bool{}
	for _, decision := range m.list(&eilev1.ListDecisionsRequest{State: eilev1.DecisionState_DECISION_STATE_PROPOSED}) {
		waiting[decision.GetSubject()] = true
	}
	for _, reference := range []string{"A", "B"} {
		if waiting[reference] != (m.proposed[reference] != "") {
			t.Fatalf("%s waits for a second person: %t", reference, waiting[reference])
		}
		application := eiletest.Read(m.World, store.Applications, reference)
		if (len(application.GetGrounds()) > 0) != m.granted[reference] {
			t.Fatalf("%s has the grounds %v", reference, application.GetGrounds())
		}
		for _, ground := range application.GetGrounds() {
			decided := eiletest.Read(m.World, store.Decisions, ground.GetDecision())
			if decided.GetNumber() == "" || decided.GetProposedBy() == decided.GetDecidedBy() || decided.GetState() != eilev1.DecisionState_DECISION_STATE_DECIDED {
				t.Fatalf("%s was granted by %v", reference, decided)
			}
		}
	}
}

// refusalOf is the refusal that a call got; nil: none.
func refusalOf(err error) *eilev1.Refusal {
	for _, detail := range status.Convert(err).Details() {
		if refusal, ok := detail.(*eilev1.Refusal); ok {
			return refusal
		}
	}
	return nil
}
