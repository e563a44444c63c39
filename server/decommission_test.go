package server_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// unfit flags a home by one attribute, and puts a household whose home is given
// up before the others.
const unfit = `mode: fill
out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], transfers: [HOME_GIVEN_UP]}
unit_standard: [{code: COLD, require: unit.heated, reason: {en: not heated}}]
`

const (
	ready = eilev1.GivingUpState_GIVING_UP_STATE_READY
	gone  = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
)

// ruins is a town with homes that are flagged while people live in them.
type ruins struct {
	*town
	proposals  eilev1.DecommissionServiceClient
	vacancies  eilev1.VacancyServiceClient
	programmes eilev1.ProgrammeServiceClient
}

func openRuins(t eiletest.T, on string) *ruins {
	t.Helper()
	w := openTown(t, on, unfit)
	return &ruins{
		w, eilev1.NewDecommissionServiceClient(w.conn), eilev1.NewVacancyServiceClient(w.conn), eilev1.NewProgrammeServiceClient(w.conn),
	}
}

// as makes the caller somebody.
func as(w *town, name string) context.Context {
	return metadata.AppendToOutgoingContext(w.Context(), "eile-as", name)
}

func (r *ruins) heated(reference string, yes bool) {
	r.Helper()
	ask(r.town, r.units.AmendUnit, &eilev1.AmendUnitRequest{
		Unit:       &eilev1.Unit{Reference: reference, Attributes: map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{BoolValue: yes}}}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"attributes.heated"}},
	})
}

// tenants registers homes and households, lets them, and the heating breaks.
func (r *ruins) tenants(on string, count int) (homes []string) {
	r.Helper()
	for i := range count {
		home := fmt.Sprintf("U-%02d", i)
		r.home(home, 2, func(unit *eilev1.Unit) {
			unit.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}}
		})
		r.waits(fmt.Sprintf("A-%02d", i), "2015-01-01", 2)
		homes = append(homes, home)
	}
	r.night(on)
	for i := range count {
		r.accept(fmt.Sprintf("A-%02d", i))
	}
	for _, home := range homes {
		r.heated(home, false)
	}
	return homes
}

func (r *ruins) propose(who, id string, homes ...string) (*eilev1.Decommission, error) {
	return r.proposals.ProposeDecommission(as(r.town, who), &eilev1.ProposeDecommissionRequest{Id: id, Units: homes, Reason: "cold"})
}

func (r *ruins) approve(who, subject string, principle bool) (*eilev1.Decommission, error) {
	return r.proposals.ApproveDecommission(as(r.town, who), &eilev1.ApproveDecommissionRequest{Subject: subject, InPrinciple: principle, Reason: "cold"})
}

// TestALargeEstate gives up as many homes as one proposal takes: each step fits
// the transactions of the store.
func TestALargeEstate(t *testing.T) {
	t.Parallel()
	const most = 50
	r := openRuins(t, "2026-01-01")
	homes := r.tenants("2026-01-01", most+1)
	if _, err := r.propose("ona", "estate", homes...); status.Code(err) != codes.InvalidArgument {
		t.Errorf("%d homes in one proposal: %v", most+1, err)
	}
	if _, err := r.propose("ona", "estate", homes[:most]...); err != nil {
		t.Fatal(err)
	}
	record, err := r.approve("jonas", "estate", true)
	if err != nil {
		t.Fatal(err)
	}
	if record.GetLeft() != most || record.GetTransfersPending() {
		t.Errorf("approved in principle: %d left, pending %t", record.GetLeft(), record.GetTransfersPending())
	}
	for i := range most {
		r.home(fmt.Sprintf("N-%02d", i), 2, func(unit *eilev1.Unit) {
			unit.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}}
		})
	}
	if run := r.night("2026-01-02"); run.GetMatched() != most {
		t.Fatalf("the night rehouses %d of %d", run.GetMatched(), most)
	}
	for _, home := range record.GetHomes() {
		r.accept(home.GetTransfer())
	}
	record, err = r.approve("jonas", "estate", false)
	if err != nil {
		t.Fatal(err)
	}
	if record.GetDecommissioned() != most || record.GetRehoused() != most || record.GetLeft() != 0 {
		t.Errorf("at its end: %d given up, %d rehoused, %d left", record.GetDecommissioned(), record.GetRehoused(), record.GetLeft())
	}
	if unit := r.unit(homes[most]); unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_LET {
		t.Errorf("the home beside the estate is %v", unit.GetStatus())
	}
	r.Sound()
}

// TestTransfersAreMadeAfterADeath lets the process end between the approval and
// the transfers: the next one makes them.
func TestTransfersAreMadeAfterADeath(t *testing.T) {
	t.Parallel()
	r := openRuins(t, "2026-01-01")
	homes := r.tenants("2026-01-01", 3)
	if _, err := r.propose("ona", "estate", homes...); err != nil {
		t.Fatal(err)
	}
	record, err := r.proposals.GetDecommission(t.Context(), &eilev1.GetDecommissionRequest{Subject: "estate"})
	if err != nil {
		t.Fatal(err)
	}
	active := ask(r.town, r.policies.GetPolicy, &eilev1.GetPolicyRequest{Name: "town"})
	loaded, err := policy.Load("town.yaml", []byte(active.GetSource()))
	if err != nil {
		t.Fatal(err)
	}
	rules := casework.Rules{Policy: loaded, Evaluator: loaded.Evaluator(active.GetSeed()), Seed: active.GetSeed(), Today: r.Today}
	r.Actor = "jonas"
	_, _, err = casework.Update(t.Context(), r.Register, r.Stamp("decommission.approve"), rules, func(c casework.Change) error {
		stored, err := store.Decommissions.Get(c.Tx, record.GetId())
		if err != nil {
			return err
		}
		return home.ApproveGivingUp(c, stored, "", true, &eilev1.ByDecision{Number: "1"})
	})
	if err != nil {
		t.Fatal(err)
	}
	start(r.World)
	for _, home := range homes {
		if transfer := r.application("T-" + home); transfer.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
			t.Errorf("the transfer from %s is %v", home, transfer.GetStatus())
		}
	}
	after, err := r.proposals.GetDecommission(t.Context(), &eilev1.GetDecommissionRequest{Subject: "U-01"})
	if err != nil || after.GetTransfersPending() || after.GetLeft() != 3 {
		t.Errorf("after the start the proposal is %v, %v", after, err)
	}
	r.Sound()
}

// TestARepeatedApprovalIsOne answers a request that comes twice from the first.
func TestARepeatedApprovalIsOne(t *testing.T) {
	t.Parallel()
	r := openRuins(t, "2026-01-01")
	homes := r.tenants("2026-01-01", 1)
	if _, err := r.propose("ona", "", homes...); err != nil {
		t.Fatal(err)
	}
	req := &eilev1.ApproveDecommissionRequest{Subject: homes[0], InPrinciple: true, RequestId: "7f1a4c1e-3b0e-4f0e-9d52-0c3f4a5b6c7d"}
	first, err := r.proposals.ApproveDecommission(as(r.town, "jonas"), req)
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.proposals.ApproveDecommission(as(r.town, "jonas"), req)
	if err != nil || first.GetEtag() != second.GetEtag() || len(second.GetDecisions()) != 1 {
		t.Errorf("the same request twice: %v, %v", second, err)
	}
}

// TestGivingUpKeepsItsPromises does what people may do in any order, and holds
// after each step that nobody decided alone, that no home was given up while
// somebody lived there, and that the figures are those of the homes.
func TestGivingUpKeepsItsPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := openRuins(rt, "2026-01-01")
		homes := r.tenants("2026-01-01", 3)
		r.home("V-1", 2, nil)
		homes = append(homes, "V-1")
		people := []string{"ona", "jonas"}
		today, _ := day.Parse("2026-01-02")
		spare := 0
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			home := rapid.SampledFrom(homes).Draw(rt, "home")
			who := rapid.SampledFrom(people).Draw(rt, "who")
			before := r.unit(home)
			switch rapid.SampledFrom([]string{"propose", "approve", "principle", "reject", "night", "withdraw", "repair", "break", "build"}).Draw(rt, "step") {
			case "propose":
				_, err := r.propose(who, "", home)
				if err == nil && (before.GetStatus() == gone || before.GetCondition().GetState() != eilev1.ConditionState_CONDITION_STATE_FLAGGED) {
					rt.Fatalf("proposed: %v", before)
				}
			case "approve":
				record, err := r.approve(who, home, false)
				unfit := before.GetCondition().GetState() == eilev1.ConditionState_CONDITION_STATE_FLAGGED
				if err == nil && (record.GetProposedBy() == who || state.Occupied(before) || !unfit) {
					rt.Fatalf("%s approved what %s proposed of %v", who, record.GetProposedBy(), before)
				}
			case "principle":
				record, err := r.approve(who, home, true)
				if err == nil && record.GetProposedBy() == who {
					rt.Fatalf("%s approved alone", who)
				}
			case "reject":
				_, _ = r.proposals.RejectDecommission(as(r.town, who), &eilev1.RejectDecommissionRequest{Subject: home, Reason: "no"})
			case "night":
				r.night(today.String())
				today++
				r.acceptAll()
			case "withdraw":
				_, _ = r.applications.WithdrawApplication(t.Context(), &eilev1.WithdrawApplicationRequest{Reference: "T-" + home, Reason: "x"})
			case "repair":
				r.heated(home, true)
			case "break":
				r.heated(home, false)
			case "build":
				spare++
				r.home(fmt.Sprintf("N-%d", spare), 2, func(unit *eilev1.Unit) {
					unit.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}}
				})
			}
			r.holds(rt)
		}
		r.Sound()
	})
}

// acceptAll lets every household take what it is offered.
func (r *ruins) acceptAll() {
	r.Helper()
	offers := ask(r.town, r.offers.ListOffers, &eilev1.ListOffersRequest{Status: eilev1.OfferStatus_OFFER_STATUS_OPEN})
	for _, offer := range offers.GetOffers() {
		ask(r.town, r.offers.AcceptOffer, &eilev1.AcceptOfferRequest{Id: offer.GetId()})
	}
}

// holds compares the proposals with the homes and applications.
func (r *ruins) holds(t *rapid.T) {
	list, err := r.proposals.ListDecommissions(r.Context(), &eilev1.ListDecommissionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	given := 0
	for _, record := range list.GetDecommissions() {
		var left, rehoused, decommissioned int32
		for _, home := range record.GetHomes() {
			unit := r.unit(home.GetUnit())
			switch home.GetState() {
			case eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED:
				decommissioned++
				if unit.GetStatus() != gone {
					t.Fatalf("%s is given up and %v", home.GetUnit(), unit.GetStatus())
				}
			case eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE:
				left++
				if home.GetTransfer() == "" && home.GetObstacle() == nil {
					t.Fatalf("%s has neither a transfer nor an obstacle", home.GetUnit())
				}
			case ready:
				if state.Occupied(unit) || unit.GetOpenOffer() != "" {
					t.Fatalf("%s is ready and %v", home.GetUnit(), unit.GetStatus())
				}
			default: // not decided, or rejected: the home stays as it is
				if unit.GetStatus() == gone {
					t.Fatalf("%s is %v and given up", home.GetUnit(), home.GetState())
				}
			}
			if home.GetRehousedOn() != nil {
				rehoused++
				if state.Occupied(unit) {
					t.Fatalf("%s was left for %s and is %v", home.GetUnit(), home.GetRehousedIn(), unit.GetStatus())
				}
			}
		}
		given += int(decommissioned)
		if record.GetLeft() != left || record.GetRehoused() != rehoused || record.GetDecommissioned() != decommissioned {
			t.Fatalf("the figures of %s are not those of its homes: %v", record.GetId(), record)
		}
		for _, decision := range record.GetDecisions() {
			if decision.GetState() == eilev1.DecisionState_DECISION_STATE_DECIDED && decision.GetDecidedBy() == decision.GetProposedBy() {
				t.Fatalf("one person decided: %v", decision)
			}
		}
	}
	left := 0
	for _, count := range ask(r.town, r.stats.GetStats, &eilev1.GetStatsRequest{}).GetUnits().GetLeft() {
		if count.GetName() == "DECOMMISSIONED" {
			left += int(count.GetCount())
		}
	}
	if left != given {
		t.Fatalf("%d homes are given up, the stats say %d", given, left)
	}
}

// TestVacanciesComeInPages reads the report page by page.
func TestVacanciesComeInPages(t *testing.T) {
	t.Parallel()
	r := openRuins(t, "2026-01-01")
	for i := range 5 {
		r.home(fmt.Sprintf("U-%d", i), 2, nil)
		r.setDay(fmt.Sprintf("2026-01-%02d", 10-i))
	}
	whole := ask(r.town, r.vacancies.ListVacancies, &eilev1.ListVacanciesRequest{}).GetHomes()
	var pages []*eilev1.VacantHome
	req := &eilev1.ListVacanciesRequest{PageSize: 2}
	for {
		answer := ask(r.town, r.vacancies.ListVacancies, req)
		pages = append(pages, answer.GetHomes()...)
		if req.PageToken = answer.GetNextPageToken(); req.GetPageToken() == "" {
			break
		}
	}
	names := func(homes []*eilev1.VacantHome) (all []string) {
		for _, home := range homes {
			all = append(all, home.GetUnit())
		}
		return all
	}
	if len(whole) != 5 || !slices.Equal(names(whole), names(pages)) {
		t.Errorf("in pages %v, at once %v", names(pages), names(whole))
	}
	refusedFor(r.town, "INVALID", r.vacancies.ListVacancies, &eilev1.ListVacanciesRequest{PageToken: req.GetPageToken() + "x"})
}

// TestAProgramme adds what it may and refuses the rest, and counts who went.
func TestAProgramme(t *testing.T) {
	t.Parallel()
	r := openRuins(t, "2026-01-01")
	homes := r.tenants("2026-01-01", 2)
	r.waits("B", "2016-01-01", 2)
	r.waits("C", "2016-01-01", 2)
	create := func(name string, units []string, more func(*eilev1.CreateProgrammeRequest)) (*eilev1.Programme, error) {
		req := &eilev1.CreateProgrammeRequest{Name: name, Units: units, CaseWorker: "Rasa"}
		if more != nil {
			more(req)
		}
		return r.programmes.CreateProgramme(as(r.town, "ona"), req)
	}
	for what, err := range map[string]error{
		"names nothing":       second(create("p", nil, nil)),
		"an unknown home":     second(create("p", []string{"U-99"}, nil)),
		"a bad name":          second(create("p q", homes, nil)),
		"nobody looks after":  second(create("p", homes, func(req *eilev1.CreateProgrammeRequest) { req.CaseWorker = "" })),
		"an unknown one":      second(r.programmes.GetProgramme(t.Context(), &eilev1.GetProgrammeRequest{Name: "p"})),
		"added to an unknown": second(r.programmes.AddToProgramme(t.Context(), &eilev1.AddToProgrammeRequest{Name: "p", Applications: []string{"B"}})),
	} {
		if err == nil {
			t.Errorf("a programme that %s is taken", what)
		}
	}
	p, err := create("camp", homes, func(req *eilev1.CreateProgrammeRequest) {
		req.Places, req.SpreadDistricts, req.GiveUpReason = []string{"the yard"}, 2, "dissolved"
	})
	if err != nil || p.GetTotal() != 2 || p.GetLeft() != 2 {
		t.Fatalf("the programme is %v, %v", p, err)
	}
	refusedFor(r.town, "ALREADY_REGISTERED", r.programmes.CreateProgramme, &eilev1.CreateProgrammeRequest{Name: "camp", Units: homes, CaseWorker: "Rasa"})
	if _, err := r.approve("ona", "camp", true); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("whoever made the programme approved its proposal: %v", err)
	}
	if _, err := r.approve("jonas", "camp", true); err != nil {
		t.Fatal(err)
	}
	add := func(names ...string) *eilev1.AddToProgrammeRequest {
		return &eilev1.AddToProgrammeRequest{Name: "camp", Applications: names}
	}
	ask(r.town, r.programmes.AddToProgramme, add("B", "C"))
	refusedFor(r.town, "ALREADY_ADDED", r.programmes.AddToProgramme, add("B"))
	refusedFor(r.town, "ALREADY_ADDED", r.programmes.AddToProgramme, add("T-U-00"))
	refusedFor(r.town, "ALREADY_ENDED", r.programmes.AddToProgramme, add("A-00"))
	refusedFor(r.town, "NOT_FOUND", r.programmes.AddToProgramme, add("Z"))
	refusedFor(r.town, "NOTHING_NAMED", r.programmes.AddToProgramme, add())
	refusedFor(r.town, "INVALID", r.programmes.AmendProgramme, &eilev1.AmendProgrammeRequest{Name: "camp"})
	ask(r.town, r.programmes.AmendProgramme, &eilev1.AmendProgrammeRequest{Name: "camp", CaseWorker: "Tomas"})

	r.home("N-1", 2, func(unit *eilev1.Unit) {
		unit.District, unit.Attributes = "Pilaitė", map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}}
	})
	r.night("2026-01-05")
	r.acceptAll()
	ask(r.town, r.applications.WithdrawApplication, &eilev1.WithdrawApplicationRequest{Reference: "C", Reason: "moved"})
	p = ask(r.town, r.programmes.GetProgramme, &eilev1.GetProgrammeRequest{Name: "camp"})
	if p.GetCaseWorker() != "Tomas" || p.GetTotal() != 4 || p.GetRehoused() != 1 || p.GetGone() != 1 || p.GetLeft() != 2 || len(p.GetWarnings()) != 0 {
		t.Errorf("the programme is %v", p)
	}
	last := p.GetFigures()[len(p.GetFigures())-1]
	if first := p.GetFigures()[0]; first.GetLeft() != 4 || first.GetTotal() != 4 || last.GetLeft() != 2 || last.GetRehoused() != 1 || last.GetGone() != 1 {
		t.Errorf("the figures are %v", p.GetFigures())
	}
	listed := ask(r.town, r.programmes.ListProgrammes, &eilev1.ListProgrammesRequest{}).GetProgrammes()
	if len(listed) != 1 || listed[0].GetLeft() != 2 || len(listed[0].GetHouseholds()) != 0 {
		t.Errorf("the list is %v", listed)
	}
	r.Sound()
}

func second[T any](_ T, err error) error { return err }
