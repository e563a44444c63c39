package tenancy_test

import (
	"strings"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

const (
	order    = eilev1.TenancyStep_TENANCY_STEP_ORDER
	contract = eilev1.TenancyStep_TENANCY_STEP_CONTRACT
	keys     = eilev1.TenancyStep_TENANCY_STEP_KEYS
)

// reserved is a world in which U-1 is reserved for A-1, and the id of the letting.
func reserved(t eiletest.T, policy string) (*eiletest.World, string) {
	t.Helper()
	w, id := eiletest.Opened(t, policy)
	w.Accept(id)
	return w, id
}

// let is a world in which A-1 has the keys of U-1.
func let(t eiletest.T) (*eiletest.World, string) {
	t.Helper()
	w, id := reserved(t, "strict")
	w.Step(id, keys)
	return w, id
}

func on(w *eiletest.World, id string, fn func(casework.Change, *eilev1.Tenancy) error) error {
	w.Helper()
	return eiletest.On(w, "tenancy", store.Tenancies, id, fn)
}

func fail(c casework.Change, stored *eilev1.Tenancy) error {
	return tenancy.Fail(c, stored, "did not sign")
}

func end(c casework.Change, stored *eilev1.Tenancy) error {
	return tenancy.End(c, stored, "moved out", c.Rules.Today)
}

// A temporary letting lets the home and leaves the household on the list; each
// step of a letting is a fact of its own.
func TestLettings(t *testing.T) {
	w, first := reserved(t, "lt-vilnius")
	if err := on(w, first, func(c casework.Change, stored *eilev1.Tenancy) error {
		stored.Kind = eilev1.TenancyKind_TENANCY_KIND_TEMPORARY
		return store.Tenancies.Put(c.Tx, first, stored)
	}); err != nil {
		t.Fatal(err)
	}
	w.Step(first, order)
	w.Is("A-1", "RESERVED")
	w.HomeIs("U-1", "RESERVED")
	w.Step(first, contract)
	w.Is("A-1", "WAITING")
	w.HomeIs("U-1", "LET")
	w.Step(first, keys)
	second, err := w.Offer("A-1", "U-2")
	if err != nil {
		t.Fatalf("one that was housed for a time gets no offer: %v", err)
	}
	w.Accept(second)
	w.Step(second, contract)
	if housed := w.Is("A-1", "HOUSED").GetHousedOn(); housed == nil || eiletest.Read(w, store.Tenancies, second).GetKeysOn() != nil {
		t.Errorf("housed on %v", housed)
	}
	if err := on(w, first, end); err != nil {
		t.Fatal(err)
	}
	w.HomeIs("U-1", "VACANT")
	w.Is("A-1", "HOUSED")
	if all := eiletest.Read(w, store.Tenancies, first); all.GetOrderOn() == nil || all.GetContractOn() == nil || all.GetKeysOn() == nil || all.GetEndedReason() != "moved out" {
		t.Errorf("the letting is %v", all)
	}
}

// The day of the last step is the day on which the household is housed and the
// home is let, however late it is told.
func TestTheDayOfALetting(t *testing.T) {
	w, id := reserved(t, "strict")
	w.Today += 5
	if err := on(w, id, func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.RecordStep(c, stored, keys, c.Rules.Today-2)
	}); err != nil {
		t.Fatal(err)
	}
	housed, _ := casework.DayOf(w.Is("A-1", "HOUSED").GetHousedOn())
	home := w.HomeIs("U-1", "LET")
	since, _ := casework.DayOf(home.GetStatusSince())
	if housed != w.Today-2 || since != w.Today-2 || home.GetVacancy() != nil || home.GetTenancy() != id {
		t.Errorf("housed on %s, let since %s: %v", housed, since, home)
	}
	if err := on(w, id, end); err != nil {
		t.Fatal(err)
	}
	if v := w.HomeIs("U-1", "VACANT").GetVacancy(); spell.Name(v.GetReason()) != "TENANCY_ENDED" || v.GetEmptySince().GetDay() != int32(w.Today.Day()) {
		t.Errorf("after the tenancy it is vacant: %v", v)
	}
}

// Where the policy's last step is the acceptance, an accepted offer houses.
func TestAcceptanceMayHouse(t *testing.T) {
	w := eiletest.New(t, eiletest.Town{Mode: "choice", Districts: "rank", Approval: "none"}.Text())
	w.Household("A-1", "points=3")
	w.Home("U-1")
	id := w.MustOffer("A-1", "U-1")
	w.Accept(id)
	w.Is("A-1", "HOUSED")
	w.HomeIs("U-1", "LET")
	if !eiletest.Read(w, store.Tenancies, id).GetHoused() {
		t.Error("the letting is not done")
	}
}

// A policy may come while a letting is under way: what its last step is counts.
func TestALettingUnderAnotherPolicy(t *testing.T) {
	w, first := reserved(t, "strict")
	w.Activate(eiletest.Version(eiletest.Strict, "2", "last_step: keys", "last_step: contract"))
	w.Step(first, order)
	w.Is("A-1", "RESERVED")
	w.Activate(eiletest.Version(eiletest.Strict, "3", "last_step: keys", "last_step: order"))
	w.Step(first, keys)
	w.Is("A-1", "HOUSED")
	w.HomeIs("U-1", "LET")
	other, second := reserved(t, "strict")
	other.Activate(eiletest.Version(eiletest.Strict, "2", "last_step: keys", "last_step: acceptance"))
	other.Step(second, order)
	other.Is("A-1", "HOUSED") // whatever step comes next, the acceptance was the last
}

// A letting that failed leaves its offer accepted; taking that back must not
// touch the letting that came after.
func TestAFailedLettingIsOver(t *testing.T) {
	w, first := reserved(t, "strict")
	if err := on(w, first, fail); err != nil {
		t.Fatal(err)
	}
	w.Is("A-1", "WAITING")
	w.HomeIs("U-1", "VACANT")
	second := w.MustOffer("A-1", "U-2")
	w.Accept(second)
	withdraw := func(id, reason string) error {
		return eiletest.On(w, "offer.withdraw", store.Offers, id, func(c casework.Change, stored *eilev1.Offer) error {
			return offer.Withdraw(c, stored, reason)
		})
	}
	w.Refused(withdraw(first, "late"), "LETTING_DONE")
	w.Is("A-1", "RESERVED")
	w.HomeIs("U-2", "RESERVED")
	if err := withdraw(second, "burst pipe"); err != nil {
		t.Fatal(err)
	}
	w.Is("A-1", "WAITING")
	if _, err := w.Offer("A-1", "U-2"); err != nil {
		t.Errorf("a home that the landlord took back is not offered again: %v", err)
	}
}

// Everything that stands against a step of a letting is told.
func TestWhatStandsAgainstALetting(t *testing.T) {
	step := func(step eilev1.TenancyStep, days int) func(casework.Change, *eilev1.Tenancy) error {
		return func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.RecordStep(c, stored, step, c.Rules.Today.AddDays(days))
		}
	}
	for name, test := range map[string]struct {
		world func(eiletest.T) (*eiletest.World, string)
		act   func(casework.Change, *eilev1.Tenancy) error
		want  []string
	}{
		"the keys for one that may not have it": {func(t eiletest.T) (*eiletest.World, string) {
			w, id := reserved(t, "strict")
			w.Amend("A-1", "income=500", "until=2025-01-01")
			return w, id
		}, step(keys, 0), []string{"NOT_ELIGIBLE", "INCOME_OVER", "TOO_LATE"}},
		"a step that was recorded":  {let, step(keys, 0), []string{"ALREADY_RECORDED"}},
		"a step to come":            {func(t eiletest.T) (*eiletest.World, string) { return reserved(t, "strict") }, step(keys, 1), []string{"IN_THE_FUTURE"}},
		"a failure of what is done": {let, fail, []string{"LETTING_DONE"}},
		"an end of what is not done": {func(t eiletest.T) (*eiletest.World, string) { return reserved(t, "strict") }, end,
			[]string{"NOT_IN_FORCE"}},
		"an end before the letting": {let, func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.End(c, stored, "x", c.Rules.Today-1)
		}, []string{"BEFORE_LETTING"}},
		"an end to come": {let, func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.End(c, stored, "x", c.Rules.Today+1)
		}, []string{"IN_THE_FUTURE"}},
		"a step of what failed": {func(t eiletest.T) (*eiletest.World, string) {
			w, id := reserved(t, "strict")
			if err := on(w, id, fail); err != nil {
				w.Fatal(err)
			}
			return w, id
		}, step(keys, 0), []string{"TENANCY_ENDED"}},
		"a failure of what failed": {func(t eiletest.T) (*eiletest.World, string) {
			w, id := reserved(t, "strict")
			if err := on(w, id, fail); err != nil {
				w.Fatal(err)
			}
			return w, id
		}, fail, []string{"LETTING_DONE"}},
		"an end of what ended": {func(t eiletest.T) (*eiletest.World, string) {
			w, id := let(t)
			if err := on(w, id, end); err != nil {
				w.Fatal(err)
			}
			return w, id
		}, end, []string{"NOT_IN_FORCE"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := test.world(t)
			w.Refused(on(w, id, test.act), test.want...)
		})
	}
}

// What is recorded of a letting that is done changes nothing else.
func TestAStepAfterTheLetting(t *testing.T) {
	w, id := let(t)
	before := w.Is("A-1", "HOUSED")
	w.Today++
	w.Step(id, contract)
	if after := w.Is("A-1", "HOUSED"); after.GetEtag() != before.GetEtag() {
		t.Error("the application was written again")
	}
}

// moving is a world in which A-1 lives in U-1 and has the transfer A-3, which was
// offered U-2.
func moving(t eiletest.T) (w *eiletest.World, former, next string) {
	t.Helper()
	w, former = let(t)
	w.Must("application.register", func(c casework.Change) error {
		applicant := w.Applicant("A-3", "income=50")
		applicant.Transfer = &eilev1.Transfer{Unit: "U-1", Reason: "BETTER_CONDITIONS"}
		applicant.Linked = []string{"A-1"}
		return state.Settle(c, applicant)
	})
	next = w.MustOffer("A-3", "U-2")
	w.Accept(next)
	return w, former, next
}

// A household that moves frees the home that it names, on the day of the letting.
func TestATransferFreesItsHome(t *testing.T) {
	w, former, next := moving(t)
	w.HomeIs("U-1", "LET")
	w.Today++
	w.Step(next, keys)
	if v := w.HomeIs("U-1", "VACANT").GetVacancy(); spell.Name(v.GetReason()) != "TENANCY_ENDED" || !strings.Contains(v.GetDetail(), next) {
		t.Errorf("it is vacant: %v", v)
	}
	ended := eiletest.Read(w, store.Tenancies, former)
	if on, _ := casework.DayOf(ended.GetEndedOn()); on != w.Today || !strings.Contains(ended.GetEndedReason(), "application A-3 was housed by tenancy "+next) {
		t.Errorf("the former tenancy is %v", ended)
	}
}

// A home that a transfer frees is left alone where somebody else lives there by
// then, or nobody, and one without a tenancy on record is freed.
func TestATransferFreesNobodyElsesHome(t *testing.T) {
	unit := func(w *eiletest.World, fn func(*eilev1.Unit)) {
		eiletest.MustOn(w, "unit", store.Units, "U-1", func(c casework.Change, stored *eilev1.Unit) error {
			fn(stored)
			return c.Tx.PutUnit(stored)
		})
	}
	for name, test := range map[string]struct {
		meanwhile func(w *eiletest.World, former string)
		want      string
	}{
		"somebody else's": {func(w *eiletest.World, former string) {
			eiletest.MustOn(w, "tenancy", store.Tenancies, former, func(c casework.Change, stored *eilev1.Tenancy) error {
				stored.Application = "A-2"
				return store.Tenancies.Put(c.Tx, former, stored)
			})
		}, "LET"},
		"nobody's": {func(w *eiletest.World, former string) {
			if err := on(w, former, end); err != nil {
				w.Fatal(err)
			}
			unit(w, func(stored *eilev1.Unit) { stored.Status = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR })
		}, "UNDER_REPAIR"},
		"not on record": {func(w *eiletest.World, former string) {
			if err := on(w, former, end); err != nil {
				w.Fatal(err)
			}
			unit(w, func(stored *eilev1.Unit) { stored.Status = eilev1.UnitStatus_UNIT_STATUS_LET })
		}, "VACANT"},
	} {
		t.Run(name, func(t *testing.T) {
			w, former, next := moving(t)
			test.meanwhile(w, former)
			w.Step(next, keys)
			w.HomeIs("U-1", test.want)
			w.HomeIs("U-2", "LET")
		})
	}
}
