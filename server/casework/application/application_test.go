package application_test

import (
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

const (
	keys        = eilev1.TenancyStep_TENANCY_STEP_KEYS
	unjustified = eilev1.Assessment_ASSESSMENT_UNJUSTIFIED
)

// on changes an application as the handlers do.
func on(w *eiletest.World, reference string, fn func(casework.Change, *eilev1.Application) error) error {
	w.Helper()
	return eiletest.On(w, "application", store.Applications, reference, fn)
}

func must(w *eiletest.World, reference string, fn func(casework.Change, *eilev1.Application) error) {
	w.Helper()
	if err := on(w, reference, fn); err != nil {
		w.Fatal(err)
	}
}

func withdraw(c casework.Change, a *eilev1.Application) error {
	return application.Withdraw(c, a, "moved")
}

func remove(c casework.Change, a *eilev1.Application) error {
	return application.Remove(c, a, false, eiletest.By("D-3"))
}

func reject(c casework.Change, a *eilev1.Application) error {
	return application.Remove(c, a, true, eiletest.By("D-3"))
}

func reinstate(c casework.Change, a *eilev1.Application) error {
	return application.Reinstate(c, a, eiletest.By("D-2"))
}

func erase(c casework.Change, a *eilev1.Application) error { return application.Erase(c, a) }

// suspend suspends from and until some days from now.
func suspend(from, until int) func(casework.Change, *eilev1.Application) error {
	return func(c casework.Change, a *eilev1.Application) error {
		return application.Suspend(c, a, c.Rules.Today.AddDays(from).Proto(), c.Rules.Today.AddDays(until).Proto(), eiletest.By("D-1"))
	}
}

func suspendForGood(c casework.Change, a *eilev1.Application) error {
	return application.Suspend(c, a, nil, nil, eiletest.By("D-1"))
}

// A decision against what is proposed declines it.
func TestAReinstatementDeclinesWhatIsProposed(t *testing.T) {
	w, first := eiletest.Opened(t, "strict")
	w.Refuse(first)
	w.Assess(first, unjustified)
	w.Is("A-1", "ON_HOLD")
	must(w, "A-1", reinstate)
	w.Is("A-1", "WAITING")
	declined := 0
	for _, stored := range eiletest.All(w, store.Decisions) {
		if stored.GetState() == eilev1.DecisionState_DECISION_STATE_DECLINED {
			declined++
			if stored.GetKind() != eilev1.DecisionKind_DECISION_KIND_REMOVE || stored.GetReasons()[0].GetCode() != "REFUSALS_EXCEEDED" || !strings.HasSuffix(stored.GetId(), "-declined") {
				t.Errorf("declined: %v", stored)
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
	w, first := eiletest.Opened(t, "strict")
	w.Refuse(first)
	must(w, "A-1", suspend(0, 3))
	w.Assess(first, unjustified)
	w.Is("A-1", "SUSPENDED")
	recheck := func(want bool) {
		t.Helper()
		w.Must("run.recheck", func(c casework.Change) error {
			changed, err := state.Recheck(c, "A-1")
			if changed != want {
				t.Errorf("evaluated again: %t, want %t", changed, want)
			}
			return err
		})
	}
	w.Today += 3
	recheck(false)
	w.Is("A-1", "SUSPENDED")
	w.Today++
	recheck(true)
	if w.Is("A-1", "ON_HOLD").GetSuspension() != nil {
		t.Error("its suspension is over and still there")
	}
	must(w, "A-1", suspend(0, 3))
	must(w, "A-1", reinstate)
	w.Is("A-1", "ON_HOLD") // the suspension was lifted, not the refusals
	must(w, "A-1", reinstate)
	w.Is("A-1", "WAITING")
}

// A suspension says from when, until when and by which decision; it may begin in
// the past and have no end.
func TestASuspensionSaysItsPeriod(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	must(w, "A-1", suspend(-3, 0))
	got := w.Is("A-1", "SUSPENDED").GetSuspension()
	if !proto.Equal(got.GetFrom(), (w.Today-3).Proto()) || !proto.Equal(got.GetUntil(), w.Today.Proto()) || got.GetReason() != "heard" || got.GetDecision() == "" {
		t.Errorf("suspended: %v", got)
	}
	must(w, "A-2", suspendForGood)
	if got := w.Is("A-2", "SUSPENDED").GetSuspension(); !proto.Equal(got.GetFrom(), w.Today.Proto()) || got.GetUntil() != nil {
		t.Errorf("suspended for good: %v", got)
	}
	if w.Is("A-2", "SUSPENDED").GetProposedDecision() != nil {
		t.Error("what is suspended is proposed for something")
	}
}

// Who ends or is suspended leaves nothing behind that waits for them.
func TestAnEndFreesTheOtherSide(t *testing.T) {
	for name, end := range map[string]func(casework.Change, *eilev1.Application) error{"WITHDRAWN": withdraw, "REMOVED": remove} {
		t.Run(name, func(t *testing.T) {
			w, first := eiletest.Opened(t, "strict")
			must(w, "A-1", end)
			w.HomeIs("U-1", "VACANT")
			if got := w.OfferIs(first, "WITHDRAWN"); got.GetNote() != "the application ended: "+name {
				t.Errorf("its offer is %v", got)
			}
			if why := w.Is("A-1", name).GetEndedReason(); why.GetCode() != name || why.GetDetail() == "" {
				t.Errorf("it ended for %v", why)
			}
			must(w, "A-1", reinstate)
			if w.Is("A-1", "WAITING").GetEndedReason() != nil {
				t.Error("it is back and still says why it ended")
			}
			second, err := w.Offer("A-1", "U-1")
			if err != nil {
				t.Fatalf("a home that was taken back is not offered again: %v", err)
			}
			w.Accept(second)
			must(w, "A-1", end)
			w.HomeIs("U-1", "VACANT")
			if got := eiletest.Read(w, store.Tenancies, second); got.GetEndedOn() == nil || got.GetEndedReason() != "the application ended: "+name {
				t.Errorf("its letting is %v", got)
			}
			if got := w.Is("A-1", name); got.GetReservedTenancy() != "" {
				t.Errorf("it waits for the letting %s", got.GetReservedTenancy())
			}
		})
	}
}

// A new application has neither a status nor a place of its own making.
func TestARegistrationBeginsAnew(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	w.Must("application.register", func(c casework.Change) error {
		given := w.Applicant("A-1")
		given.Status, given.PlacedOn = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING, c.Rules.Today.Proto()
		return application.Register(c, given)
	})
	if got := w.Is("A-1", "RECEIVED"); got.GetPlacedOn() != nil || got.GetAccessGeneration() != 1 || got.GetReceivedAt() == nil {
		t.Errorf("registered: %v", got)
	}
}

const grounds = "\nout_of_turn: {grounds: [{code: fire, title: {en: Fire}}]}\nmode: choice"

// A ground has effect by decision only, and a later decision takes its place.
func TestAGroundIsGranted(t *testing.T) {
	w := eiletest.New(t, eiletest.Version(eiletest.Strict, "1", "\nmode: choice", grounds))
	w.Household("A-1", "income=50")
	w.Household("A-2", "income=50", "registered_at=2019-01-01")
	grant := func(code string, from, until *date.Date) error {
		return on(w, "A-1", func(c casework.Change, a *eilev1.Application) error {
			return application.GrantGround(c, a, code, from, until, eiletest.By("D-6"))
		})
	}
	position := func() int {
		at, _ := w.Register.List().Position("A-1")
		return at.Ahead
	}
	if position() != 1 {
		t.Fatalf("%d stand before it", position())
	}
	for _, until := range []*date.Date{nil, (w.Today + 9).Proto()} {
		if err := grant("fire", nil, until); err != nil {
			t.Fatal(err)
		}
		got := w.Is("A-1", "WAITING").GetGrounds()
		if len(got) != 1 || !proto.Equal(got[0].GetGrantedFrom(), w.Today.Proto()) || !proto.Equal(got[0].GetGrantedUntil(), until) || got[0].GetDecision() == "" || position() != 0 {
			t.Errorf("granted: %v, %d stand before it", got, position())
		}
	}
	w.Refused(grant("flood", nil, nil), "UNKNOWN_GROUND")
	w.Refused(grant("fire", nil, (w.Today-1).Proto()), "BAD_PERIOD")
	w.Refused(grant("fire", (w.Today+9).Proto(), (w.Today+8).Proto()), "BAD_PERIOD")
	w.Refused(grant("fire", &date.Date{Year: 2025, Month: 13, Day: 1}, nil), "BAD_PERIOD")
	w.Refused(grant("fire", nil, &date.Date{Year: 2025, Month: 13, Day: 1}), "BAD_PERIOD")
	must(w, "A-1", withdraw)
	w.Refused(grant("fire", nil, nil), "ALREADY_ENDED")
}

// A corrected date rests on a decision of its own.
func TestADateIsCorrectedByDecision(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	must(w, "A-1", func(c casework.Change, a *eilev1.Application) error {
		return application.CorrectDate(c, a, eiletest.By("D-4"))
	})
	if all := eiletest.All(w, store.Decisions); len(all) != 1 || all[0].GetKind() != eilev1.DecisionKind_DECISION_KIND_CORRECT_DATE || all[0].GetSubject() != "A-1" {
		t.Errorf("decisions: %v", all)
	}
}

// Who has ended may be forgotten: nothing is left of the persons.
func TestPersonsAreErased(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	must(w, "A-1", func(c casework.Change, a *eilev1.Application) error {
		a.ImportDigest = []byte("digest")
		a.Household.Members[0].Attributes = map[string]*eilev1.Fact{"any": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}}
		if err := store.Persons.Put(c.Tx, "A-1", &eilev1.Person{GivenName: "Ona"}); err != nil {
			return err
		}
		return application.Withdraw(c, a, "moved")
	})
	must(w, "A-1", erase)
	got := w.Is("A-1", "WITHDRAWN")
	if member := got.GetHousehold().GetMembers()[0]; member.GetBirthDate() != nil || member.GetAttributes() != nil || got.GetImportDigest() != nil {
		t.Errorf("left of the persons: %v", got)
	}
	if left := eiletest.All(w, store.Persons); len(left) != 0 {
		t.Errorf("%d persons are left", len(left))
	}
}

// What stands against a decision about an application is told.
func TestWhatStandsAgainstADecision(t *testing.T) {
	accept := func(w *eiletest.World, id string) { w.Accept(id) }
	house := func(w *eiletest.World, id string) { w.Accept(id); w.Step(id, keys) }
	for name, test := range map[string]struct {
		before    func(w *eiletest.World, offer string)
		reference string
		act       func(casework.Change, *eilev1.Application) error
		want      []string
	}{
		"a reinstatement of one that may not": {func(w *eiletest.World, _ string) { w.Amend("A-1", "income=500", "until=2025-01-01") }, "A-1", reinstate,
			[]string{"INCOME_OVER", "TOO_LATE"}},
		"a reinstatement of one that waits":     {nil, "A-1", reinstate, []string{"WRONG_STATUS"}},
		"a reinstatement of one that is housed": {house, "A-1", reinstate, []string{"WRONG_STATUS"}},
		"an end of the housed":                  {house, "A-1", withdraw, []string{"ALREADY_ENDED"}},
		"a removal of the housed":               {house, "A-1", remove, []string{"ALREADY_ENDED"}},
		"a rejection of one that had a place":   {nil, "A-1", reject, []string{"HAD_PLACE"}},
		"a suspension of the reserved":          {accept, "A-1", suspendForGood, []string{"WRONG_STATUS"}},
		"a suspension of the suspended":         {func(w *eiletest.World, _ string) { w.Suspend("A-1") }, "A-1", suspendForGood, []string{"WRONG_STATUS"}},
		"a suspension of the housed":            {house, "A-1", suspendForGood, []string{"WRONG_STATUS"}},
		"a suspension that is over":             {nil, "A-1", suspend(-3, -1), []string{"BAD_PERIOD"}},
		"a suspension that ends before it began": {nil, "A-1", suspend(3, 2),
			[]string{"BAD_PERIOD"}},
		"a suspension to come": {nil, "A-1", suspend(1, 9), []string{"BAD_PERIOD"}},
		"a suspension of one without a place": {func(w *eiletest.World, _ string) { w.Household("A-9", "income=500") }, "A-9", suspendForGood,
			[]string{"NO_PLACE"}},
		"the data of one that waits": {nil, "A-1", erase, []string{"NOT_ENDED"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := eiletest.Opened(t, "strict")
			if test.before != nil {
				test.before(w, id)
			}
			w.Refused(on(w, test.reference, test.act), test.want...)
		})
	}
}

// The refusals that a decision lets pass are those that count on its day; lifting
// a suspension lets none pass.
func TestWhatAReinstatementExcuses(t *testing.T) {
	w, id := eiletest.Opened(t, "strict")
	w.Refuse(id)
	must(w, "A-1", suspendForGood)
	w.Assess(id, unjustified)
	must(w, "A-1", reinstate)
	if excused := w.Is("A-1", "ON_HOLD").GetExcusedRefusals(); excused != 0 {
		t.Errorf("%d refusals are excused with the suspension", excused)
	}
	must(w, "A-1", reinstate)
	if excused := w.Is("A-1", "WAITING").GetExcusedRefusals(); excused != 1 {
		t.Errorf("%d refusals are excused", excused)
	}
	eiletest.MustOn(w, "offer.assess", store.Offers, id, func(c casework.Change, o *eilev1.Offer) error {
		return offer.Assess(c, o, eilev1.Assessment_ASSESSMENT_JUSTIFIED, "")
	})
	if excused := w.Is("A-1", "WAITING").GetExcusedRefusals(); excused != 0 {
		t.Errorf("%d refusals are excused and none counts", excused)
	}
}
