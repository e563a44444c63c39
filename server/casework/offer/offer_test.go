package offer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

const (
	justified   = eilev1.Assessment_ASSESSMENT_JUSTIFIED
	unjustified = eilev1.Assessment_ASSESSMENT_UNJUSTIFIED
)

// again makes a further offer of a home to A-1, refuses it, and assesses that.
func again(w *eiletest.World, unit string, assessment eilev1.Assessment) string {
	w.Helper()
	id := w.MustOffer("A-1", unit)
	w.Refuse(id)
	w.Assess(id, assessment)
	return id
}

// A refusal beyond the policy's number holds; a decision lets pass those that
// there are, and only a further one holds again.
func TestCountedRefusals(t *testing.T) {
	w, first := eiletest.Opened(t, "taipei-points")
	for _, unit := range []string{"U-3", "U-4", "U-5"} {
		w.Home(unit, eiletest.Suiting("taipei-points")...)
	}
	text := eiletest.Shipped(t, "taipei-points")
	changed := func(old, edited string) {
		t.Helper()
		w.Activate(strings.NewReplacer(`version: "`, `version: "x`, old, edited).Replace(text))
	}
	w.Refuse(first)
	w.Assess(first, unjustified)
	w.Is("A-1", "WAITING")
	second := again(w, "U-2", unjustified)
	proposal := w.Is("A-1", "ON_HOLD").GetProposedDecision()
	if proposal.GetKind() != eilev1.DecisionKind_DECISION_KIND_REMOVE || proposal.GetReasons()[0].GetCode() != "REFUSALS_EXCEEDED" || proposal.GetProposedBy() != casework.Machine {
		t.Errorf("proposed: %v", proposal)
	}
	w.Assess(second, justified)
	w.Is("A-1", "WAITING")
	w.Assess(second, unjustified)
	w.Is("A-1", "ON_HOLD")
	eiletest.MustOn(w, "application.reinstate", store.Applications, "A-1", func(c casework.Change, stored *eilev1.Application) error {
		return application.Reinstate(c, stored, eiletest.By("D-9"))
	})
	w.Is("A-1", "WAITING")
	again(w, "U-3", justified)
	w.Is("A-1", "WAITING")
	w.Assess(second, justified)
	w.Assess(second, unjustified)
	w.Is("A-1", "ON_HOLD") // what was excused was taken back and counts anew
	w.Assess(second, justified)
	again(w, "U-4", unjustified)
	w.Is("A-1", "ON_HOLD")
	changed("refusals_allowed: 1", "refusals_allowed: 2")
	w.Is("A-1", "WAITING")
	changed("after: hold", "after: nothing")
	again(w, "U-5", unjustified)
	w.Is("A-1", "WAITING")
}

// Assessed twice it counts once, and a note is not forgotten for want of another.
func TestAnAssessmentCountsOnce(t *testing.T) {
	w, id := eiletest.Opened(t, "taipei-points")
	w.Refuse(id)
	w.Assess(id, unjustified)
	w.Assess(id, unjustified)
	if counted := w.Is("A-1", "WAITING").GetCountedRefusals(); counted != 1 {
		t.Errorf("one refusal counts %d times", counted)
	}
	if note := w.OfferIs(id, "REFUSED").GetNote(); note != "too far" {
		t.Errorf("its note is %q", note)
	}
	must(w, id, func(c casework.Change, o *eilev1.Offer) error { return offer.Assess(c, o, justified, "was ill") })
	if got := w.OfferIs(id, "REFUSED"); got.GetNote() != "was ill" || got.GetCounted() || w.Is("A-1", "WAITING").GetCountedRefusals() != 0 {
		t.Errorf("justified it is %v", got)
	}
}

// An offer that was never served never counts, unless the household answered.
func TestWhatWasNeverServedNeverCounts(t *testing.T) {
	w, id := eiletest.Opened(t, "strict")
	w.Today += 365
	w.Refused(on(w, id, offer.Expire), "NOT_OVERDUE")
	w.Today -= 365
	must(w, id, miss)
	w.Assess(id, unjustified)
	if w.Is("A-1", "WAITING").GetCountedRefusals() != 0 || w.OfferIs(id, "NO_SHOW").GetCounted() {
		t.Error("a no-show counts though the household was never told")
	}
	answered := again(w, "U-2", unjustified)
	if got := w.OfferIs(answered, "REFUSED"); !got.GetCounted() || got.GetServedOn() == nil {
		t.Errorf("who refuses was told: %v", got)
	}
	w.Is("A-1", "ON_HOLD")
}

// The time to answer runs from the day of serving; an offer is overdue on the day
// after its last one, and no answer ends it before.
func TestTheTimeToAnswer(t *testing.T) {
	w, id := eiletest.Opened(t, "strict")
	must(w, id, func(c casework.Change, o *eilev1.Offer) error { return offer.Serve(c, o, c.Rules.Today-1) })
	if until, _ := casework.DayOf(w.OfferIs(id, "OPEN").GetRespondBy()); until != w.Today+4 {
		t.Errorf("it may be answered until %s, want five days after the day before %s", until, w.Today)
	}
	for days := range 6 {
		if got := offer.Overdue(w.InForce(), w.OfferIs(id, "OPEN")); got != (days > 4) {
			t.Errorf("after %d days it is overdue: %t", days, got)
		}
		w.Today++
	}
	must(w, id, refuse) // late, and taken
	if got := w.OfferIs(id, "REFUSED"); offer.Overdue(w.InForce(), got) || got.GetServedOn().GetDay() != 1 || got.GetAnsweredOn().GetDay() != int32(w.Today.Day()) || got.GetClosedAt() == nil {
		t.Errorf("answered late it is %v", got)
	}
}

// Where the policy moves it, the last day to answer is worked on, and an answer on it is in time.
func TestTheTimeToAnswerEndsOnAWorkingDay(t *testing.T) {
	moving := strings.NewReplacer("days_to_answer: 5", "days_to_answer: 5, last_day: next_working_day", `version: "`, `version: "x`).Replace(eiletest.Strict)
	for later := range day.Day(7) {
		w, id := eiletest.Opened(t, "strict")
		w.Today += later
		served, falls := w.Today, w.Today+5
		w.Activate(moving + "calendar: {weekend: [sat, sun], holidays: [{on: " + falls.String() + "}]}\n")
		must(w, id, serve)
		until, _ := casework.DayOf(w.OfferIs(id, "OPEN").GetRespondBy())
		if until <= falls || until > falls+3 || until.Weekday() == time.Saturday || until.Weekday() == time.Sunday {
			t.Errorf("served on %s it may be answered until %s", served, until)
		}
		for ; w.Today <= until+1; w.Today++ {
			if got := offer.Overdue(w.InForce(), w.OfferIs(id, "OPEN")); got != (w.Today > until) {
				t.Errorf("on %s it is overdue: %t, with %s the last day", w.Today, got, until)
			}
		}
	}
}

// The offer that stands against a home is the one that is reopened.
func TestReopen(t *testing.T) {
	w, first := eiletest.Opened(t, "taipei-points")
	w.Refuse(first)
	must(w, first, reopen)
	if got := w.OfferIs(first, "REFUSED"); !got.GetReopened() || got.GetNote() != "too far" {
		t.Errorf("reopened it is %v", got)
	}
	w.Refused(on(w, first, reopen), "NOTHING_TO_REOPEN")
	second := again(w, "U-1", justified)
	w.Refused(on(w, first, reopen), "NOTHING_TO_REOPEN")
	_, err := w.Offer("A-1", "U-1")
	w.Refused(err, "ALREADY_OFFERED")
	must(w, second, reopen)
	third, err := w.Offer("A-1", "U-1")
	if err != nil {
		t.Fatalf("after it was reopened: %v", err)
	}
	must(w, third, func(c casework.Change, o *eilev1.Offer) error { return offer.NoShow(c, o, "", c.Rules.Today) })
	must(w, third, reopen)
	if note := w.OfferIs(third, "NO_SHOW").GetNote(); note != "the noise is gone" {
		t.Errorf("the reason is not kept: %q", note)
	}
}

// An offer is made on the facts of the day, not on those of the last evaluation.
func TestAnOfferIsMadeOnTheFactsOfTheDay(t *testing.T) {
	w, first := eiletest.Opened(t, "strict")
	w.Amend("A-2", "until=2025-06-05")
	w.Is("A-2", "WAITING")
	w.Today = eiletest.Day(t, "2025-06-06")
	_, err := w.Offer("A-2", "U-2")
	w.Refused(err, "ON_HOLD", "TOO_LATE")
	w.Amend("A-1", "until=2025-06-07")
	w.Today = eiletest.Day(t, "2025-06-08")
	w.Refused(on(w, first, accept), "ON_HOLD", "TOO_LATE")
}

// A manual offer may give a home that does not suit, and rests on its decision.
func TestAManualOfferRestsOnItsDecision(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	w.Home("U-3", "rooms=0")
	_, err := w.Offer("A-1", "U-3")
	w.Refused(err, "TOO_FEW_ROOMS")
	id := w.Manual("A-1", "U-3")
	if w.HomeIs("U-3", "OFFERED").GetOpenOffer() != id || w.Is("A-1", "WAITING").GetOpenOffer() != id {
		t.Error("home and household do not have it")
	}
	if all := eiletest.All(w, store.Decisions); len(all) != 1 || all[0].GetKind() != eilev1.DecisionKind_DECISION_KIND_MANUAL_OFFER || all[0].GetSubject() != id {
		t.Errorf("decisions: %v", all)
	}
}

// spoiled is a world in which everything speaks against offering U-1 to A-1.
func spoiled(w *eiletest.World, id string) {
	w.Refuse(id)
	w.MustOffer("A-1", "U-2")
	w.Amend("A-1", "income=500")
	eiletest.MustOn(w, "unit.amend", store.Units, "U-1", func(c casework.Change, stored *eilev1.Unit) error {
		before := stored.GetStatus()
		stored.Status = eilev1.UnitStatus_UNIT_STATUS_LET
		return home.Amend(c, stored, before)
	})
	w.Mend("U-1", "worn=90", "rooms=0")
}

func house(w *eiletest.World, id string) {
	w.Accept(id)
	w.Step(id, eilev1.TenancyStep_TENANCY_STEP_KEYS)
}

// Everything that stands against an offer or its answer is told, not the first
// thing only.
func TestWhatStandsAgainstAnOffer(t *testing.T) {
	offering := func(reference, unit string) func(*eiletest.World, string) error {
		return func(w *eiletest.World, _ string) error {
			_, err := w.Offer(reference, unit)
			return err
		}
	}
	doing := func(fn func(casework.Change, *eilev1.Offer) error) func(*eiletest.World, string) error {
		return func(w *eiletest.World, id string) error { return on(w, id, fn) }
	}
	served := func(w *eiletest.World, id string) { must(w, id, serve) }
	accepted := func(w *eiletest.World, id string) { w.Accept(id) }
	for name, test := range map[string]struct {
		before func(w *eiletest.World, offer string)
		act    func(w *eiletest.World, offer string) error
		want   []string
	}{
		"an offer with everything against it": {spoiled, offering("A-1", "U-1"),
			[]string{"ON_HOLD", "INCOME_OVER", "HAS_OPEN_OFFER", "NOT_VACANT", "NOT_FIT", "WORN", "ALREADY_OFFERED", "TOO_FEW_ROOMS"}},
		"a second offer": {nil, offering("A-1", "U-1"), []string{"HAS_OPEN_OFFER", "NOT_VACANT"}},
		"an offer to one that is suspended": {func(w *eiletest.World, _ string) { w.Suspend("A-2") }, offering("A-2", "U-2"),
			[]string{"SUSPENDED"}},
		"an offer to one that has ended": {func(w *eiletest.World, _ string) {
			eiletest.MustOn(w, "end", store.Applications, "A-2", func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "moved") })
		}, offering("A-2", "U-2"), []string{"NOT_WAITING"}},
		"an offer to one whose papers are missing": {func(w *eiletest.World, _ string) { w.Household("A-8") },
			offering("A-8", "U-2"), []string{"NOT_WAITING", "MISSING_INCOME"}},
		"an offer of a home under repair": {func(w *eiletest.World, _ string) {
			eiletest.MustOn(w, "unit.amend", store.Units, "U-2", func(c casework.Change, stored *eilev1.Unit) error {
				before := stored.GetStatus()
				stored.Status = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR
				return home.Amend(c, stored, before)
			})
		}, offering("A-2", "U-2"), []string{"NOT_VACANT"}},
		"an offer of a home whose lease ended": {func(w *eiletest.World, _ string) { w.Home("U-3", "until=2025-06-02") }, offering("A-2", "U-3"),
			[]string{"LEASE_ENDED"}},
		"an offer of a home that is given up, though it was repaired": {func(w *eiletest.World, _ string) {
			w.Mend("U-2", "worn=90")
			w.Must("propose", func(c casework.Change) error { return home.ProposeGivingUp(c, "D-1", []string{"U-2"}, "worn") })
			w.Actor = "another"
			eiletest.MustOn(w, "approve", store.Decommissions, "D-1", func(c casework.Change, record *eilev1.Decommission) error {
				return home.ApproveGivingUp(c, record, "", true, eiletest.By("D-2"))
			})
			eiletest.MustOn(w, "inspect", store.Units, "U-2", func(c casework.Change, stored *eilev1.Unit) error {
				stored.WearPercent = new(int32(10))
				return home.Inspect(c, stored, &eilev1.Inspection{Id: "I-1", Unit: "U-2", InspectedOn: c.Rules.Today.Proto()})
			})
		}, offering("A-2", "U-2"), []string{"GIVING_UP"}},
		"an acceptance by one that may not have it": {func(w *eiletest.World, _ string) { w.Amend("A-1", "income=500", "until=2025-01-01") },
			doing(accept), []string{"ON_HOLD", "INCOME_OVER", "TOO_LATE"}},
		"an unknown reason": {nil, doing(func(c casework.Change, o *eilev1.Offer) error { return offer.Refuse(c, o, "whim", "", c.Rules.Today) }),
			[]string{"UNKNOWN_REASON"}},
		"served twice":         {served, doing(serve), []string{"ALREADY_SERVED"}},
		"served when answered": {accepted, doing(serve), []string{"NOT_OPEN"}},
		"served tomorrow": {nil, doing(func(c casework.Change, o *eilev1.Offer) error { return offer.Serve(c, o, c.Rules.Today+1) }),
			[]string{"IN_THE_FUTURE"}},
		"answered tomorrow": {nil, doing(func(c casework.Change, o *eilev1.Offer) error { return offer.Accept(c, o, c.Rules.Today+1) }),
			[]string{"IN_THE_FUTURE"}},
		"missed tomorrow": {nil, doing(func(c casework.Change, o *eilev1.Offer) error { return offer.NoShow(c, o, "", c.Rules.Today+1) }),
			[]string{"IN_THE_FUTURE"}},
		"answered before it was served": {served, doing(func(c casework.Change, o *eilev1.Offer) error { return offer.Accept(c, o, c.Rules.Today-1) }),
			[]string{"BEFORE_SERVED"}},
		"accepted twice":        {accepted, doing(accept), []string{"NOT_OPEN"}},
		"refused when accepted": {accepted, doing(refuse), []string{"NOT_OPEN"}},
		"missed when accepted":  {accepted, doing(miss), []string{"NOT_OPEN"}},
		"assessed while open":   {nil, doing(assess(unjustified)), []string{"NOTHING_TO_ASSESS"}},
		"withdrawn when let":    {house, doing(withdraw), []string{"LETTING_DONE"}},
		"withdrawn when refused": {func(w *eiletest.World, id string) { w.Refuse(id) }, doing(withdraw),
			[]string{"NOT_OPEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := eiletest.Opened(t, "strict")
			if test.before != nil {
				test.before(w, id)
			}
			w.Refused(test.act(w, id), test.want...)
		})
	}
}

// What ended otherwise than by the household has nothing to reopen, and says so.
func TestOnlyWhatTheHouseholdLetPassIsReopened(t *testing.T) {
	w, id := eiletest.Opened(t, "strict")
	err := on(w, id, reopen)
	if w.Refused(err, "NOTHING_TO_REOPEN"); err == nil || !strings.Contains(err.Error(), "it is OPEN") {
		t.Errorf("reopened while open: %v", err)
	}
	must(w, id, withdraw)
	if err := on(w, id, reopen); err == nil || !strings.Contains(err.Error(), "it is WITHDRAWN") {
		t.Errorf("reopened when withdrawn: %v", err)
	}
}

// What a landlord takes back bars nothing; what the household let pass does.
func TestWhatBarsAHome(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(casework.Change, *eilev1.Offer) error
		want []string
		why  string
	}{
		"refused":   {refuse, []string{"ALREADY_OFFERED"}, "OFFER_REFUSED"},
		"missed":    {miss, []string{"ALREADY_OFFERED"}, "NO_SHOW"},
		"expired":   {offer.Expire, []string{"ALREADY_OFFERED"}, "OFFER_EXPIRED"},
		"withdrawn": {withdraw, nil, "OFFER_WITHDRAWN"},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := eiletest.Opened(t, "strict")
			must(w, id, serve)
			w.Today += 6
			must(w, id, test.end)
			if got := w.HomeIs("U-1", "VACANT"); spell.Name(got.GetVacancy().GetReason()) != test.why || got.GetOpenOffer() != "" {
				t.Errorf("the home is %v", got)
			}
			if got := w.Is("A-1", "WAITING"); got.GetOpenOffer() != "" {
				t.Errorf("the household has the open offer %s", got.GetOpenOffer())
			}
			_, err := w.Offer("A-1", "U-1")
			w.Refused(err, test.want...)
		})
	}
}

// An offer that is accepted and taken back gives home and household back.
func TestAnAcceptedOfferIsTakenBack(t *testing.T) {
	w, id := eiletest.Opened(t, "strict")
	w.Accept(id)
	must(w, id, withdraw)
	w.Is("A-1", "WAITING")
	w.HomeIs("U-1", "VACANT")
	if got := w.OfferIs(id, "WITHDRAWN"); got.GetNote() != "burst pipe" {
		t.Errorf("the offer is %v", got)
	}
	if letting := eiletest.Read(w, store.Tenancies, id); letting.GetEndedOn() == nil || letting.GetEndedReason() != "burst pipe" {
		t.Errorf("the letting is %v", letting)
	}
	err := eiletest.On(w, "tenancy", store.Tenancies, id, func(c casework.Change, stored *eilev1.Tenancy) error { return tenancy.Fail(c, stored, "x") })
	w.Refused(err, "LETTING_DONE")
}

// An offer ends with what it was made on: who waits, and a home that is fit. That
// does not count, and bars nothing.
func TestAnOfferEndsWithWhatItWasMadeOn(t *testing.T) {
	for name, test := range map[string]struct {
		act  func(w *eiletest.World)
		note string
	}{
		"suspended": {func(w *eiletest.World) { w.Suspend("A-1") }, "the application was suspended"},
		"unfit":     {func(w *eiletest.World) { w.Mend("U-1", "worn=90") }, "the home was found unfit: worn 90 %"},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := eiletest.Opened(t, "strict")
			w.Today++
			test.act(w)
			if got := w.OfferIs(id, "WITHDRAWN"); got.GetNote() != test.note || got.GetCounted() || got.GetClosedAt() == nil {
				t.Errorf("the offer is %v", got)
			}
			got := w.HomeIs("U-1", "VACANT")
			if v := got.GetVacancy(); got.GetOpenOffer() != "" || spell.Name(v.GetReason()) != "OFFER_WITHDRAWN" || v.GetDetail() != "offer "+id+" withdrawn" {
				t.Errorf("the home is %v", got)
			}
			if open := eiletest.Read(w, store.Applications, "A-1").GetOpenOffer(); open != "" {
				t.Errorf("the household has the open offer %s", open)
			}
			w.View(func(v *store.View) error {
				barred, err := store.Barred(v, "A-1", "U-1")
				if barred != "" {
					t.Errorf("the home is barred by %s", barred)
				}
				return err
			})
		})
	}
}
