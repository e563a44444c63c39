package server_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// archive is a town whose records are what nobody would have decided: every list
// has rows, and every filter has something to tell apart. It is not checked.
type archive struct {
	*town
	rand    *rand.Rand
	records int // of each kind, from the beginning
	next    int // of what is written while somebody reads
}

// archived is the policy of an archive: the town's with a second list and a class
// of need for each size.
var archived = strings.Replace(townPolicy, "lists: [{code: general, title: {en: General}}]",
	"lists: [{code: second, title: {en: Second}}, {code: general, title: {en: General}}]", 1) + "mode: fill\n"

// openArchive fills a town with so many records of each kind, drawn by a seed.
func openArchive(t eiletest.T, seed uint64, records int) *archive {
	t.Helper()
	a := &archive{town: unchecked(t, archived), rand: rand.New(rand.NewPCG(seed, 0)), records: records}
	for i := range records {
		a.register(fmt.Sprintf("A-%02d", i))
	}
	for i := range min(records, 6) {
		a.home(fmt.Sprintf("U-%02d", i), 3, nil)
	}
	a.night("2026-01-01")
	a.setDay("2026-02-01")
	next := strings.Replace(archived, `version: "1"`, `version: "2"`, 1)
	ask(a.town, a.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Source: next})
	for i := range records {
		a.record(fmt.Sprintf("%02d", i))
	}
	return a
}

// unchecked is a town under a policy whose register need not be sound.
func unchecked(t eiletest.T, policy string) *town {
	t.Helper()
	db := memkv.New(memkv.Options{})
	world := eiletest.Open(t, db, policy, eiletest.Day(t, "2026-01-01"))
	world.Cleanup(func() {
		if err := db.Close(); err != nil {
			world.Errorf("close the store: %v", err)
		}
	})
	return townOf(world, policy, world.Now)
}

// register registers a household of a size on a list.
func (a *archive) register(reference string) {
	a.Helper()
	ask(a.town, a.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
		Reference: reference, RegisteredAt: fmt.Sprintf("2020-01-%02d", 1+a.rand.IntN(28)), List: pick(a, "general", "second"),
		Attributes: map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: int64(1 + a.rand.IntN(3))}}},
	}})
}

// put writes records as a change of somebody.
func (a *archive) put(noun string, fn func(*store.Tx) error) {
	a.Helper()
	a.Actor = pick(a, "ona", "jonas")
	if _, _, err := a.Register.Update(a.Context(), a.Stamp(noun+"."+pick(a, "amend", "register")), fn); err != nil {
		a.Fatal(err)
	}
}

func pick[T any](a *archive, from ...T) T { return from[a.rand.IntN(len(from))] }

// sometimes is a value, or what stands for none.
func sometimes[T any](a *archive, value T) (none T) {
	if a.rand.IntN(2) == 0 {
		return value
	}
	return none
}

func (a *archive) day() *date.Date {
	return sometimes(a, dayOf(fmt.Sprintf("2026-01-%02d", 1+a.rand.IntN(28))))
}

// record writes one record of each kind, whose ids end alike.
func (a *archive) record(end string) {
	a.Helper()
	reference, unit := "A-"+end, "U-"+end
	a.put("application", func(tx *store.Tx) error {
		tx.Subject(reference)
		return store.Applications.Put(tx, reference, a.anyApplication(tx, reference))
	})
	a.put("person", func(tx *store.Tx) error {
		return store.Persons.Put(tx, reference, &eilev1.Person{Email: sometimes(a, "home"+pick(a, "1", "2", "3", "4")+"@example.org")})
	})
	a.put("unit", func(tx *store.Tx) error { return tx.PutUnit(a.anyUnit(unit)) })
	a.put("offer", func(tx *store.Tx) error {
		return tx.PutOffer(&eilev1.Offer{
			Id: "O-" + end, Application: a.anyOf("A"), Unit: a.anyOf("U"), Status: eilev1.OfferStatus(1 + a.rand.IntN(6)), Run: sometimes(a, "2026-01-01"),
			Basis: sometimes(a, "COURT"), RespondBy: a.day(), ServedOn: a.day(), Assessment: sometimes(a, eilev1.Assessment_ASSESSMENT_JUSTIFIED),
		})
	})
	a.put("tenancy", func(tx *store.Tx) error {
		return store.Tenancies.Put(tx, "T-"+end, &eilev1.Tenancy{
			Id: "T-" + end, Unit: a.anyOf("U"), Application: a.anyOf("A"), Kind: eilev1.TenancyKind(1 + a.rand.IntN(3)),
			Organisation: sometimes(a, "Caritas"), EndedOn: a.day(), Housed: sometimes(a, true),
		})
	})
	a.put("run", func(tx *store.Tx) error {
		on := fmt.Sprintf("2025-%02d-%02d", 1+a.rand.IntN(3), 1+a.rand.IntN(28))
		id := fmt.Sprintf("%s.%d", on, 2+a.rand.IntN(40))
		return tx.PutRun(&eilev1.Run{Id: id, On: dayOf(on), State: eilev1.RunState(1 + a.rand.IntN(5))}, on)
	})
	a.put("decision", func(tx *store.Tx) error {
		about := a.anyOf(pick(a, "A", "U"))
		tx.Subject(about)
		tx.Decision("dec-" + end)
		return tx.PutDecision(&eilev1.Decision{
			Id: "dec-" + end, Subject: about, Number: sometimes(a, pick(a, "30-1", "30-2")), State: eilev1.DecisionState(1 + a.rand.IntN(4)),
			Kind: eilev1.DecisionKind(1 + a.rand.IntN(12)),
		})
	})
	a.put("programme", func(tx *store.Tx) error {
		return store.Programmes.Put(tx, "P-"+end, &eilev1.Programme{
			Name: "P-" + end, CaseWorker: pick(a, "anna", "berta"), Homes: []*eilev1.Programme_Home{{Unit: unit}},
			Members: []*eilev1.Programme_Member{{Application: reference}},
		})
	})
	a.put("decommission", func(tx *store.Tx) error {
		return store.Decommissions.Put(tx, "D-"+end, &eilev1.Decommission{
			Id: "D-" + end, ProposedBy: pick(a, "ona", "jonas"),
			Homes: []*eilev1.Decommission_Home{{Unit: unit, State: eilev1.GivingUpState(1 + a.rand.IntN(5))}},
		})
	})
	if a.rand.IntN(3) > 0 {
		return
	}
	a.put("duplicate", func(tx *store.Tx) error {
		both := []string{a.anyOf("A"), a.anyOf("A")}
		slices.Sort(both)
		return store.Duplicates.Put(tx, "X-"+end, &eilev1.DuplicateDecision{
			Id: "X-" + end, References: slices.Compact(both), Outcome: eilev1.DuplicateOutcome(1 + a.rand.IntN(2)),
			Reasons: []eilev1.DuplicateReason{1, 2, 3},
		})
	})
}

// anyOf names a record that there is from the beginning.
func (a *archive) anyOf(kind string) string {
	return fmt.Sprintf("%s-%02d", kind, a.rand.IntN(a.records))
}

// anyApplication is a registered application with other facts.
func (a *archive) anyApplication(tx *store.Tx, reference string) *eilev1.Application {
	stored, _, err := store.Applications.Find(tx, reference)
	if err != nil {
		a.Fatal(err)
	}
	if stored == nil {
		stored = &eilev1.Application{Reference: reference, List: "general"}
	}
	stored.Status = eilev1.ApplicationStatus(1 + a.rand.IntN(8))
	stored.Eligibility = eilev1.Eligibility(1 + a.rand.IntN(3))
	stored.NeedClass, stored.OpenOffer = pick(a, "1", "2", ""), sometimes(a, "O-01")
	stored.RegisteredAt = pick(a, "", "2020-01-05", "2020-01-20T10:00:00Z", stored.GetRegisteredAt())
	stored.Districts, stored.Missing = sometimes(a, []string{"Naujamiestis", "Vilkpėdė"}), sometimes(a, []string{"income"})
	stored.Grounds = sometimes(a, []*eilev1.Ground{{Code: "fire"}, {Code: "court"}})
	stored.ProposedDecision = sometimes(a, &eilev1.Decision{Kind: eilev1.DecisionKind(1 + a.rand.IntN(4)), Subject: reference})
	return stored
}

func (a *archive) anyUnit(reference string) *eilev1.Unit {
	return &eilev1.Unit{
		Reference: reference, Status: eilev1.UnitStatus(1 + a.rand.IntN(6)), District: pick(a, "Naujamiestis", "Vilkpėdė", ""),
		Condition: &eilev1.Condition{State: eilev1.ConditionState(1 + a.rand.IntN(3))}, Tenure: eilev1.Tenure(1 + a.rand.IntN(2)),
		Lease: sometimes(a, &eilev1.Lease{Owner: pick(a, "Petras", "UAB"), EndsOn: a.day()}), Earmark: sometimes(a, "crisis"),
		GivingUp: sometimes(a, &eilev1.GivingUp{Proposal: "D-" + strings.TrimPrefix(reference, "U-"), State: eilev1.GivingUpState(1 + a.rand.IntN(5))}), Adapted: sometimes(a, proto.Bool(a.rand.IntN(2) == 0)),
		Rooms:   sometimes(a, proto.Int32(int32(a.rand.IntN(4)))),
		Vacancy: &eilev1.Vacancy{Reason: eilev1.VacancyReason(1 + a.rand.IntN(3)), EmptySince: a.day()},
	}
}

// written changes the register while somebody reads: records come, go and change.
func (a *archive) written() {
	a.Helper()
	a.next++
	end := fmt.Sprintf("%02dx%d", a.rand.IntN(a.records), a.next)
	a.register("A-" + end)
	a.record(end)
	if gone := fmt.Sprintf("%02d", a.rand.IntN(a.records)); a.rand.IntN(2) == 0 {
		a.put("unit", func(tx *store.Tx) error { return tx.PutUnit(a.anyUnit("U-" + gone)) })
		a.put("offer", func(tx *store.Tx) error { return store.Offers.Delete(tx, "O-"+gone) })
		a.put("tenancy", func(tx *store.Tx) error { return store.Tenancies.Delete(tx, "T-"+gone) })
		a.put("programme", func(tx *store.Tx) error { return store.Programmes.Delete(tx, "P-"+gone) })
	}
}
