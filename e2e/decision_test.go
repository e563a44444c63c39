package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// twoPersons is taipei-points under which some decisions take two persons.
func twoPersons(t *testing.T) string {
	t.Helper()
	return file(t, "two.yaml", nextTaipei(t)+`
decisions:
  SUSPEND: {four_eyes: true, legal_ground: required, appeal_days: 30}
  MANUAL_OFFER: {four_eyes: true}
service: {hand: {days: 0}, registered_post: {days: 7}}
`)
}

// What one person types is proposed, in text and in JSON, and done when another approves; the
// decision is read back by id, by number, by kind and by its household. A service that is killed in
// between keeps what was proposed.
func TestOneProposesAnotherApproves(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.do("policy", "activate", twoPersons(t))
	rankedInto(s, 2, 1)
	suspend := []string{"application", "suspend", "A-1", "--reason", "abroad", "--as", "Ona", "--request-id", "0b8e3f2a-7a53-4a59-8f0e-5a4d9a1c2e01"}
	mustHold(t, s.fails(2, suspend...), "DECISION_INCOMPLETE", "legal ground")
	suspend = append(suspend, "--legal-ground", "art. 16")
	before := s.application("A-1")
	held := read(s, &eilev1.ProposedAnswer{}, suspend...).GetDecision()
	if held.GetId() == "" || held.GetKind() != eilev1.DecisionKind_DECISION_KIND_SUSPEND || held.GetState() != eilev1.DecisionState_DECISION_STATE_PROPOSED || held.GetNumber() != "" {
		t.Fatalf("proposed: %v", held)
	}
	mustHold(t, s.do(suspend...), held.GetId()+"\n", "nothing has changed yet")
	if now := s.application("A-1"); !proto.Equal(now, before) {
		t.Errorf("proposing changed %v to %v", before, now)
	}
	mustHold(t, s.refused("decision", "approve", held.GetId(), "--decision", "30-1", "--as", "ONA"), "SAME_PERSON")
	mustHold(t, s.fails(2, "decision", "approve", held.GetId(), "--as", "petras"), "DECISION_INCOMPLETE")
	s.killed(0, func() {})
	decided := read(s, &eilev1.Decision{}, "decision", "approve", held.GetId(), "--decision", "30-1", "--as", "petras")
	if decided.GetProposedBy() != "ona" || decided.GetDecidedBy() != "petras" || s.application("A-1").GetSuspension().GetDecision() != held.GetId() {
		t.Errorf("decided: %v", decided)
	}
	if again := read(s, &eilev1.ProposedAnswer{}, suspend...).GetDecision(); !proto.Equal(again, held) {
		t.Errorf("the request again: %v, at first it was %v", again, held)
	}
	for _, by := range [][]string{{"get", held.GetId()}, {"get", "30-1"}} {
		if got := read(s, &eilev1.Decision{}, append([]string{"decision"}, by...)...); !proto.Equal(got, decided) {
			t.Errorf("%v: %v", by, got)
		}
	}
	for _, by := range [][]string{{"--number", "30-1"}, {"--kind", "SUSPEND"}, {"--application", "A-1"}, {"--state", "decided", "--kind", "suspend"}} {
		list := read(s, &eilev1.ListDecisionsResponse{}, append([]string{"decision", "list"}, by...)...)
		if len(list.GetDecisions()) != 1 || !proto.Equal(list.GetDecisions()[0], decided) {
			t.Errorf("%v: %v", by, list)
		}
	}
	mustHold(t, s.refused("decision", "serve", "30-1", "--on", "2020-01-01", "--how", "pigeon"), "UNKNOWN_CHANNEL", "cannot have been served")
	on := decided.GetDecidedOn()
	today := fmt.Sprintf("%04d-%02d-%02d", on.GetYear(), on.GetMonth(), on.GetDay())
	served := read(s, &eilev1.Decision{}, "decision", "serve", "30-1", "--on", today, "--how", "registered_post")
	if served.GetServedHow() != "registered_post" || !proto.Equal(served.GetServedOn(), on) || served.GetAppealUntil() == nil {
		t.Errorf("served: %v", served)
	}
}

// A decision about a home goes the same way: the offer is made when the second person approves.
func TestAnOfferByHandTakesTwo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.do("policy", "activate", twoPersons(t))
	rankedInto(s, 2, 1)
	held := read(s, &eilev1.ProposedAnswer{}, "offer", "create", "A-2", "U-1", "--basis", "COURT", "--decision", "D-7", "--as", "ona").GetDecision()
	if held.GetNumber() != "D-7" || len(s.offers()) != 0 {
		t.Fatalf("proposed: %v, offers %v", held, s.offers())
	}
	mustHold(t, s.refused("decision", "approve", "D-7", "--decision", "D-8", "--as", "petras"), "TWO_NUMBERS")
	s.do("decision", "approve", "D-7", "--as", "petras")
	if made := s.open("A-2"); made.GetDecision() != "D-7" || made.GetBasis() != "COURT" {
		t.Errorf("offered: %v", made)
	}
	said := s.do("decision", "list", "--kind", "MANUAL_OFFER", "-o", "csv")
	if strings.Count(said, "\n") != 2 {
		t.Errorf("decisions:\n%s", said)
	}
	if fault := offline(t, filepath.Join(filepath.Dir(eileBin), "eile"), "--server", s.grpc, "--as", "eile", "decision", "list"); fault.code != 4 {
		t.Errorf("who calls as the machine: exit %d %s", fault.code, fault.stderr)
	}
}
