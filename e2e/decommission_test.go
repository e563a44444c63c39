package e2e

import (
	"fmt"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// by runs fn as a person of that name.
func (s *service) by(name string, fn func()) {
	before := s.as
	s.as = name
	fn()
	s.as = before
}

// council serves lt-vilnius, empty.
func council(t *testing.T) *service {
	t.Helper()
	s := serve(t)
	s.do("policy", "activate", "lt-vilnius")
	return s
}

// flat registers a fit home of 30 square metres.
func (s *service) flat(reference, district string, more ...string) {
	s.t.Helper()
	s.do(append([]string{
		"unit", "register", reference, "--district", district, "--rooms", "1", "--area-sqm", "30", "--wear-percent", "30", "--amenities", fitted,
	}, more...)...)
}

// person registers somebody who has the right to a home.
func (s *service) person(reference, registered string, more ...string) {
	s.t.Helper()
	s.do(append([]string{
		"application", "register", reference, "--registered-at", registered, "--members", "self/F/1985-02-03",
		"--attr", "declared_residence=Vilnius", "--attr", "net_income_cents=0", "--attr", "assets_cents=0", "--attr", "declared_year=2100", "--attr", "owns_home=false",
	}, more...)...)
}

// night and approval, and the contract of every offer that it makes.
func (s *service) letAll(args ...string) *eilev1.Run {
	s.t.Helper()
	run := s.night(args...)
	s.do("run", "approve", run.GetId(), "--decision", "N-"+run.GetId())
	for _, offer := range s.offers("--run", run.GetId()) {
		s.do("offer", "accept", offer.GetId())
		s.do("tenancy", "order", offer.GetId())
		s.do("tenancy", "contract", offer.GetId())
	}
	return run
}

// estate serves three homes whose tenants are on record, in which the wear has
// since gone over the limit, and two persons who wait.
func estate(t *testing.T) (s *service, first *eilev1.Run) {
	t.Helper()
	s = council(t)
	for i := range 3 {
		s.flat(fmt.Sprintf("E-%d", i+1), "Kirtimai")
		s.person(fmt.Sprintf("A-%d", i+1), fmt.Sprintf("2010-01-0%d", i+1), "--given-name", "Ona")
	}
	first = s.letAll()
	for i := range 3 {
		s.is(fmt.Sprintf("A-%d", i+1), "HOUSED")
		s.do("unit", "amend", fmt.Sprintf("E-%d", i+1), "--wear-percent", "70")
	}
	s.person("W-1", "2011-01-01")
	s.person("W-2", "2012-01-01")
	return s, first
}

func (s *service) proposal(subject string) *eilev1.Decommission {
	s.t.Helper()
	return read(s, &eilev1.Decommission{}, "decommission", "get", subject)
}

// stateOf is the state of one home of a proposal.
func stateOf(record *eilev1.Decommission, unit string) string {
	for _, home := range record.GetHomes() {
		if home.GetUnit() == unit {
			return spell.Name(home.GetState())
		}
	}
	return ""
}

// TestAnEstateIsGivenUp is the whole story: proposed by one, approved in
// principle by another, its tenants rehoused by the night before all others, and
// given up when it is empty.
func TestAnEstateIsGivenUp(t *testing.T) {
	t.Parallel()
	s, first := estate(t)
	s.by("ona", func() {
		s.do("decommission", "propose", "E-1", "E-2", "E-3", "--estate", "kirtimai", "--reason", "worn out")
	})
	s.do("programme", "create", "kirtimai-2026", "--unit", "E-1", "--unit", "E-2", "--unit", "E-3", "--place", "Kirtimai, the yard", "--case-worker", "Rasa", "--spread-districts", "3")
	if p := s.programme("kirtimai-2026"); p.GetTotal() != 3 || p.GetLeft() != 3 || p.GetHouseholds()[0].GetNext().GetCode() != "PROPOSED" {
		t.Errorf("the programme begins with %v", p)
	}
	s.by("jonas", func() {
		s.do("decommission", "approve", "kirtimai", "--in-principle", "--decision", "30-12", "--body", "Taryba")
	})
	if order := s.order(); !slices.Equal(order, []string{"T-E-1", "T-E-2", "T-E-3", "W-1", "W-2"}) {
		t.Fatalf("the transfers do not stand first: %v", order)
	}
	transfer := s.application("T-E-1")
	if transfer.GetTransfer().GetReason() != "HOME_GIVEN_UP" || transfer.GetTransfer().GetUnit() != "E-1" ||
		!slices.Equal(transfer.GetLinked(), []string{"A-1"}) || !slices.Contains(s.application("A-1").GetLinked(), "T-E-1") ||
		!transfer.GetAttributes()["sitting_tenant"].GetBoolValue() || len(transfer.GetHousehold().GetMembers()) != 1 {
		t.Errorf("the transfer is %v", transfer)
	}

	// Two homes in one district and one in another: two are rehoused there.
	s.flat("N-1", "Pilaitė")
	s.flat("N-2", "Pilaitė")
	second := s.letAll("--on", on(first, 1))
	s.is("T-E-1", "HOUSED")
	s.is("T-E-2", "HOUSED")
	s.unitIs("E-1", "VACANT")
	s.unitIs("E-3", "LET")
	record := s.proposal("kirtimai")
	if record.GetRehoused() != 2 || record.GetLeft() != 1 || stateOf(record, "E-1") != "READY" || stateOf(record, "E-3") != "IN_PRINCIPLE" {
		t.Errorf("half way the proposal is %v", record)
	}
	if home := record.GetHomes()[0]; home.GetRehousedIn() != "N-1" || home.GetRehousedOn() == nil {
		t.Errorf("where the household went: %v", home)
	}
	s.by("jonas", func() {
		s.same("approving an estate that is not empty", func() { mustHold(t, s.refused("decommission", "approve", "kirtimai"), "OCCUPIED", "T-E-3", "E-3") })
		s.do("decommission", "approve", "E-1", "--reason", "it is empty")
	})
	s.unitIs("E-1", "DECOMMISSIONED")

	s.flat("N-3", "Antakalnis")
	third := s.letAll("--on", on(first, 2))
	s.is("T-E-3", "HOUSED")
	s.is("W-1", "WAITING")
	s.by("jonas", func() { s.do("decommission", "approve", "kirtimai", "--decision", "31-1") })
	record = s.proposal("E-2")
	if record.GetState() != eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED || record.GetDecommissioned() != 3 || record.GetRehoused() != 3 || record.GetOccupied() != 0 {
		t.Errorf("at its end the proposal is %v", record)
	}

	// Nothing is deleted, and nothing of it is offered again.
	gone := s.unit("E-2")
	if gone.GetLastTenancy().GetApplication() != "A-2" || gone.GetLastTenancy().GetEndedOn() == nil || gone.GetCondition().GetState() != eilev1.ConditionState_CONDITION_STATE_FLAGGED {
		t.Errorf("the home that is given up is %v", gone)
	}
	mustHold(t, s.do("application", "history", "E-2"), "decommission.propose", "decommission.approve", "jonas", "ona")
	fourth := s.night("--on", on(first, 3))
	if fourth.GetVacancies() != 0 || fourth.GetFlagged() != 0 {
		t.Errorf("the night after counts %v", fourth)
	}
	if flags := s.do("flag", "list", "-o", "csv"); len(flags) > 200 {
		t.Errorf("homes that are given up are listed as flagged:\n%s", flags)
	}
	reconciles(s)
	stats := read(s, &eilev1.GetStatsResponse{}, "stats")
	if left := stats.GetUnits().GetLeft(); len(left) != 1 || left[0].GetName() != "DECOMMISSIONED" || left[0].GetCount() != 3 {
		t.Errorf("the homes left the stock by %v", left)
	}
	s.wholeProgramme(second, third)
	s.survives(t)
}

func (s *service) programme(name string) *eilev1.Programme {
	s.t.Helper()
	return read(s, &eilev1.Programme{}, "programme", "get", name)
}

// wholeProgramme checks the figures over time and where the households went.
func (s *service) wholeProgramme(second, third *eilev1.Run) {
	s.t.Helper()
	p := s.programme("kirtimai-2026")
	if p.GetTotal() != 3 || p.GetRehoused() != 3 || p.GetLeft() != 0 || p.GetGone() != 0 {
		s.t.Errorf("the programme counts %v", p)
	}
	if d := p.GetDistricts(); len(d) != 2 || d[0].GetDistrict() != "Pilaitė" || d[0].GetRehoused() != 2 {
		s.t.Errorf("the districts are %v", d)
	}
	if w := p.GetWarnings(); len(w) != 1 || w[0].GetCode() != "SPREAD_EXCEEDED" {
		s.t.Errorf("two of three in one district, spread over three, gives %v", w)
	}
	var days []string
	for _, figure := range p.GetFigures() {
		if figure.GetTotal() != figure.GetRehoused()+figure.GetGone()+figure.GetLeft() {
			s.t.Errorf("%v does not add up", figure)
		}
		at, _, _ := day.FromProto(figure.GetOn())
		days = append(days, fmt.Sprintf("%s:%d", at, figure.GetLeft()))
	}
	if !slices.Equal(days[1:], []string{on(second, 0) + ":1", on(third, 0) + ":0"}) {
		s.t.Errorf("left over time: %v", days)
	}
}

// survives a restart of the service: the progress is read from the records.
func (s *service) survives(t *testing.T) {
	before := protojson.Format(s.proposal("kirtimai"))
	s.stop()
	s.again()
	if after := protojson.Format(s.proposal("kirtimai")); after != before {
		t.Errorf("after a restart the proposal is\n%s\nbefore\n%s", after, before)
	}
}

// TestGivingUpIsRefused holds that every wrong step is refused with its reason
// and changes nothing.
func TestGivingUpIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := estate(t)
	s.flat("F-1", "Pilaitė")
	s.flat("L-1", "Pilaitė", "--wear-percent", "80", "--status", "let")
	s.flat("V-1", "Pilaitė", "--wear-percent", "80")
	no := func(what string, words []string, args ...string) {
		t.Helper()
		// Whatever is changed leaves a trace in the audit.
		before := s.do("audit", "list", "-o", "json")
		mustHold(t, s.refused(args...), words...)
		if s.do("audit", "list", "-o", "json") != before {
			t.Errorf("%s changed the register", what)
		}
	}
	s.as = "ona"
	no("proposing an unknown home", []string{"NOT_FOUND", "E-9"}, "decommission", "propose", "E-1", "E-9", "--reason", "x")
	no("proposing a fit home", []string{"NOT_FLAGGED", "F-1"}, "decommission", "propose", "E-1", "F-1", "--reason", "x")
	no("proposing under the name of a home", []string{"F-1"}, "decommission", "propose", "E-1", "--estate", "F-1", "--reason", "x")
	no("deciding what nobody proposed", []string{"NOT_PROPOSED"}, "decommission", "approve", "E-1")
	no("an unknown proposal", []string{"NOT_FOUND"}, "decommission", "approve", "D-9")

	s.do("decommission", "propose", "E-1", "L-1", "V-1", "--reason", "worn")
	s.do("decommission", "propose", "E-2", "--reason", "worn")
	no("a home proposed twice", []string{"ALREADY_PROPOSED", "D-E-1"}, "decommission", "propose", "E-3", "V-1", "--reason", "x")
	no("approving one's own proposal", []string{"FOUR_EYES", "ona"}, "decommission", "approve", "V-1")
	no("approving one's own proposal in principle", []string{"FOUR_EYES"}, "decommission", "approve", "D-E-1", "--in-principle")
	s.as = "jonas"
	no("giving up an occupied home", []string{"OCCUPIED", "--in-principle", "E-1"}, "decommission", "approve", "E-1")
	no("giving up an estate where somebody lives", []string{"OCCUPIED", "E-1", "L-1"}, "decommission", "approve", "D-E-1")
	no("a transfer for a home that nobody decided about", []string{"NOT_IN_PRINCIPLE"},
		"application", "register", "T-9", "--transfer-unit", "E-1", "--transfer-reason", "HOME_GIVEN_UP", "--members", "self/F/1985-02-03")
	no("a transfer from a home in which nobody lives", []string{"NOT_LET"},
		"application", "register", "T-9", "--transfer-unit", "V-1", "--transfer-reason", "BETTER_CONDITIONS", "--members", "self/F/1985-02-03")
	no("a transfer for an unknown reason", []string{"TIRED"},
		"application", "register", "T-9", "--transfer-unit", "E-1", "--transfer-reason", "TIRED", "--members", "self/F/1985-02-03")

	// A tenant who is not on record: the obstacle says what to do, and doing it helps.
	s.do("decommission", "approve", "D-E-1", "--in-principle")
	record := s.proposal("D-E-1")
	for _, home := range record.GetHomes() {
		if home.GetUnit() == "L-1" {
			mustHold(t, home.GetObstacle().GetDetail(), "L-1")
			mustHold(t, s.do("decommission", "list", "-o", "table"), ": eile application register REFERENCE --transfer-unit L-1 --transfer-reason HOME_GIVEN_UP")
			if home.GetObstacle().GetCode() != "NO_TENANT_ON_RECORD" || home.GetTransfer() != "" {
				t.Errorf("a home without a tenant on record is %v", home)
			}
		}
	}
	no("an approval in principle once more", []string{"NOTHING_TO_DECIDE"}, "decommission", "approve", "E-1", "--in-principle")
	no("rejecting what a household's transfer rests on", []string{"TRANSFER_UNDER_WAY", "T-E-1"}, "decommission", "reject", "E-1")
	no("a second transfer", []string{"ALREADY_HAS_TRANSFER", "T-E-1"},
		"application", "register", "T-9", "--transfer-unit", "E-1", "--transfer-reason", "HOME_GIVEN_UP", "--members", "self/F/1985-02-03")
	s.do("application", "register", "T-hand", "--transfer-unit", "L-1", "--transfer-reason", "HOME_GIVEN_UP", "--members", "self/F/1985-02-03")
	if order := s.order(); !slices.Equal(order[:2], []string{"T-E-1", "T-hand"}) {
		t.Errorf("the transfers stand at %v", order)
	}

	// Who withdraws is given another transfer when the approval is repeated.
	s.do("application", "withdraw", "T-E-1", "--reason", "changed her mind")
	s.do("decommission", "approve", "E-1", "--in-principle")
	s.is("T-E-1.2", "WAITING")

	// A home approved in principle that was repaired is neither given up nor offered.
	s.do("decommission", "approve", "V-1")
	s.unitIs("V-1", "DECOMMISSIONED")
	no("deciding twice", []string{"NOTHING_TO_DECIDE"}, "decommission", "approve", "V-1")
	no("changing a home that is given up", []string{"WRONG_STATUS"}, "unit", "amend", "V-1", "--status", "vacant")
	no("proposing a home that is given up", []string{"GIVEN_UP"}, "decommission", "propose", "V-1", "--reason", "x")
	s.do("decommission", "reject", "E-2", "--reason", "repair is cheaper")
	if unit := s.unit("E-2"); unit.GetCondition().GetState() != eilev1.ConditionState_CONDITION_STATE_FLAGGED || stateOf(s.proposal("D-E-2"), "E-2") != "REJECTED" {
		t.Errorf("a rejected home is %v", unit)
	}
	s.do("decommission", "propose", "E-2", "--reason", "once more")
	if id := s.unit("E-2").GetGivingUp().GetProposal(); id != "D-E-2.2" {
		t.Errorf("proposed again it is %s", id)
	}
	reconciles(s)
}

// TestARepairedHomeIsNotGivenUp holds that an approval in principle keeps a home
// from being offered, and that one which was repaired must be rejected.
func TestARepairedHomeIsNotGivenUp(t *testing.T) {
	t.Parallel()
	s := council(t)
	s.flat("V-1", "Pilaitė", "--wear-percent", "80")
	s.person("W-1", "2011-01-01")
	s.by("ona", func() { s.do("decommission", "propose", "V-1", "--reason", "worn") })
	s.do("decommission", "approve", "V-1", "--in-principle")
	s.do("unit", "amend", "V-1", "--wear-percent", "20")
	if got := s.unit("V-1").GetCondition(); got.GetState() != eilev1.ConditionState_CONDITION_STATE_FLAGGED || got.GetReasons()[0].GetCode() != "INSPECTION_NEEDED" {
		t.Errorf("better facts alone clear the flag: %v", got)
	}
	s.do("unit", "inspect", "V-1", "--inspector", "V. Vila")
	run := s.night()
	if run.GetVacancies() != 0 {
		t.Errorf("a home approved to be given up is offered: %v", run)
	}
	s.same("giving up a repaired home", func() { mustHold(t, s.refused("decommission", "approve", "V-1"), "NOT_FLAGGED") })
	s.same("a manual offer of it", func() {
		mustHold(t, s.refused("offer", "create", "W-1", "V-1", "--basis", "COURT", "--decision", "1"), "GIVING_UP")
	})
	s.do("run", "cancel", run.GetId(), "--reason", "again")
	s.do("decommission", "reject", "V-1", "--reason", "it is repaired")
	if run := s.night(); run.GetMatched() != 1 {
		t.Errorf("after the rejection the night matches %d", run.GetMatched())
	}
}
