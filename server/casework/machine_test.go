package casework_test

import (
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

// facts that make an application eligible, leave it open, or speak against it,
// by policy.
var factsOf = map[string][][]string{
	"taipei-points": {
		{"points=30", "unit_type=1-bedroom"}, {"points=30", "unit_type=1-bedroom"}, {"points=12", "unit_type=1-bedroom"},
		{"points=5", "unit_type=2-bedroom"}, {"points=0", "unit_type=1-bedroom"}, {"points=9"},
	},
	"lt-vilnius": {
		{"declared_residence=Vilnius", "net_income_cents=500000", "assets_cents=0", "owns_home=false", "declared_year=2024"},
		{"declared_residence=Vilnius", "net_income_cents=500000", "assets_cents=0", "owns_home=false", "declared_year=2025", "disability=true"},
		{"declared_residence=Vilnius", "net_income_cents=500000", "assets_cents=0", "owns_home=false"},
		{"declared_residence=Kaunas", "net_income_cents=500000", "assets_cents=0", "owns_home=false", "declared_year=2024"},
	},
	"strict": {{"income=50"}, {"income=50"}, {"income=50", "until=2025-06-20"}, {"income=500"}, {}},
}

var unitFactsOf = map[string][][]string{
	"taipei-points": {{"unit_type=1-bedroom"}, {"unit_type=1-bedroom"}, {"unit_type=2-bedroom"}},
	"lt-vilnius":    {{}, {"rooms=1"}},
	"strict":        {{}},
}

// machine draws what happens in a world. A step that is not in the tables is an
// internal error, and fails.
type machine struct {
	*eiletest.World
	policy string
	seen   *witness
}

func TestStatesUnderAnySequence(t *testing.T) {
	repeats := 1
	if os.Getenv("EILE_LONG") != "" {
		repeats = 10
	}
	for _, name := range []string{"taipei-points", "lt-vilnius", "strict"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				text := eiletest.Strict
				if name != "strict" {
					text = eiletest.Shipped(rt, name)
				}
				m := &machine{World: eiletest.New(rt, text), policy: name}
				m.seen = newWitness(m.World)
				for _, reference := range []string{"A-1", "A-2"} {
					m.Household(reference, factsOf[name][0]...)
				}
				m.Home("U-1", unitFactsOf[name][0]...)
				steps := map[string]func(*rapid.T){
					"register": m.anyRegister, "unit": m.anyUnit, "inspect": m.anyInspect, "reinstate": m.anyReinstate, "reopen": m.anyReopen,
					"offer": m.anyOffer, "offer 2": m.anyOffer, "offer 3": m.anyOffer, "manual": m.anyManual, "serve": m.anyServe, "serve 2": m.anyServe,
					"accept": m.anyAccept, "refuse": m.anyRefuse, "refuse 2": m.anyRefuse, "missed": one(m.anyNoShow, m.anyExpire),
					"assess": m.anyAssess, "assess 2": m.anyAssess, "withdraw offer": m.anyWithdrawOffer,
					"step": m.anyStep, "step 2": m.anyStep, "letting": one(m.anyFail, m.anyEnd, m.anyTemporary), "days": m.anyDays, "days 2": m.anyDays,
					// What undoes what the others build up is drawn less often.
					"rare": one(m.anyAmend, m.anyAmendUnit, m.anyWithdraw, m.anySuspend, m.anyRemove),
					"":     func(*rapid.T) { m.seen.look() },
				}
				for name, step := range steps {
					steps[name] = func(t *rapid.T) {
						defer func() {
							if r := recover(); r != nil && r != any(nothing{}) {
								panic(r)
							}
						}()
						step(t)
					}
				}
				for range repeats {
					rt.Repeat(steps)
				}
				m.seen.lookBack()
			})
		})
	}
}

func draw[T any](t *rapid.T, name string, from ...T) T { return rapid.SampledFrom(from).Draw(t, name) }

// one draws one of several steps.
func one(steps ...func(*rapid.T)) func(*rapid.T) {
	return func(t *rapid.T) { rapid.SampledFrom(steps).Draw(t, "step")(t) }
}

func (m *machine) reference(t *rapid.T) string {
	return draw(t, "application", "A-1", "A-2", "A-3", "A-4")
}

func (m *machine) unitReference(t *rapid.T) string { return draw(t, "unit", "U-1", "U-2", "U-3") }

// nothing ends a step for which there is no record; rapid counts what is skipped
// against the property.
type nothing struct{}

// known draws a record of a kind; where there is none the step does nothing.
func known[T any](t *rapid.T, name string, records []T) T {
	if len(records) == 0 {
		panic(nothing{})
	}
	return rapid.SampledFrom(records).Draw(t, name)
}

func (m *machine) application(t *rapid.T) string {
	return known(t, "application", eiletest.All(m.World, store.Applications)).GetReference()
}

func (m *machine) anyOfferID(t *rapid.T) string {
	return known(t, "offer", eiletest.All(m.World, store.Offers)).GetId()
}

func (m *machine) tenancy(t *rapid.T) string {
	return known(t, "tenancy", eiletest.All(m.World, store.Tenancies)).GetId()
}

// day is today or some days before.
func (m *machine) day(t *rapid.T) day.Day {
	return m.Today - day.Day(draw(t, "days ago", 0, 0, 1, 7))
}

func (m *machine) anyRegister(t *rapid.T) {
	reference, facts := m.reference(t), draw(t, "facts", factsOf[m.policy]...)
	for _, application := range eiletest.All(m.World, store.Applications) {
		if application.GetReference() == reference {
			return
		}
	}
	m.Household(reference, facts...)
	m.seen.amended(reference)
}

func (m *machine) anyAmend(t *rapid.T) {
	reference, facts := m.application(t), draw(t, "facts", factsOf[m.policy]...)
	if eiletest.On(m.World, "application.amend", store.Applications, reference, func(c casework.Change, stored *eilev1.Application) error {
		stored.Attributes = m.Facts(policy.ApplicationKind, facts...)
		return state.Settle(c, stored)
	}) == nil {
		m.seen.amended(reference)
	}
}

func (m *machine) anyUnit(t *rapid.T) {
	reference, facts := m.unitReference(t), draw(t, "facts", unitFactsOf[m.policy]...)
	for _, unit := range eiletest.All(m.World, store.Units) {
		if unit.GetReference() == reference {
			return
		}
	}
	m.Home(reference, facts...)
}

func (m *machine) anyAmendUnit(t *rapid.T) {
	unit := known(t, "unit", eiletest.All(m.World, store.Units)).GetReference()
	status := draw(t, "status", 0, 0, 0, 0, vacant, vacant, let, underRepair, offered)
	worn := draw(t, "worn", int32(10), 10, 10, 99)
	_ = m.Change("unit.amend", func(c casework.Change) error {
		stored, err := store.Units.Get(c.Tx, unit)
		if err != nil {
			return err
		}
		before := stored.GetStatus()
		if status != 0 {
			stored.Status = status
		}
		stored.WearPercent = &worn
		return home.Amend(c, stored, before)
	})
}

func (m *machine) anyInspect(t *rapid.T) {
	unit := known(t, "unit", eiletest.All(m.World, store.Units)).GetReference()
	hazards := draw(t, "hazards", nil, nil, []string{"hygiene"})
	m.Must("unit.inspect", func(c casework.Change) error {
		stored, err := store.Units.Get(c.Tx, unit)
		if err != nil {
			return err
		}
		return home.Inspect(c, stored, &eilev1.Inspection{Unit: unit, Id: c.Tx.ID(), InspectedOn: m.Today.Proto(), Hazards: hazards})
	})
}

func (m *machine) anyWithdraw(t *rapid.T) {
	_ = eiletest.On(m.World, "application.withdraw", store.Applications, m.application(t), func(c casework.Change, stored *eilev1.Application) error {
		return application.Withdraw(c, stored, "moved")
	})
}

func (m *machine) anySuspend(t *rapid.T) {
	until := m.Today + day.Day(draw(t, "days", -1, 0, 3, 30))
	open := rapid.Bool().Draw(t, "open end")
	_ = eiletest.On(m.World, "application.suspend", store.Applications, m.application(t), func(c casework.Change, stored *eilev1.Application) error {
		if open {
			return application.Suspend(c, stored, nil, nil, eiletest.By("D-1"))
		}
		return application.Suspend(c, stored, nil, until.Proto(), eiletest.By("D-1"))
	})
}

func (m *machine) anyReinstate(t *rapid.T) {
	_ = eiletest.On(m.World, "application.reinstate", store.Applications, m.application(t), func(c casework.Change, stored *eilev1.Application) error {
		return application.Reinstate(c, stored, eiletest.By("D-2"))
	})
}

func (m *machine) anyRemove(t *rapid.T) {
	reject := rapid.Bool().Draw(t, "reject")
	_ = eiletest.On(m.World, "application.remove", store.Applications, m.application(t), func(c casework.Change, stored *eilev1.Application) error {
		return application.Remove(c, stored, reject, eiletest.By("D-3"))
	})
}

func (m *machine) anyOffer(t *rapid.T) {
	application, unit := m.application(t), known(t, "unit", eiletest.All(m.World, store.Units)).GetReference()
	barred := m.seen.barred(application, unit)
	if id, err := m.Offer(application, unit); err == nil && barred != "" {
		t.Fatalf("offer %s offers unit %s to application %s again after offer %s", id, unit, application, barred)
	}
}

func (m *machine) anyManual(t *rapid.T) {
	application, unit := m.application(t), known(t, "unit", eiletest.All(m.World, store.Units)).GetReference()
	id := "M-" + m.NewID()
	barred := m.seen.barred(application, unit)
	err := m.Change("offer.create", func(c casework.Change) error {
		return offer.MakeManual(c, &eilev1.Offer{Id: id, Application: application, Unit: unit, Basis: "COURT", Decision: "D-4"}, eiletest.By("D-4"))
	})
	if err == nil && barred != "" {
		t.Fatalf("a manual offer gives unit %s to application %s again after offer %s", unit, application, barred)
	}
}

func (m *machine) anyServe(t *rapid.T) {
	on := m.day(t)
	_ = eiletest.On(m.World, "offer.serve", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error { return offer.Serve(c, stored, on) })
}

func (m *machine) anyAccept(t *rapid.T) {
	on := m.day(t)
	_ = eiletest.On(m.World, "offer.accept", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error { return offer.Accept(c, stored, on) })
}

func (m *machine) anyRefuse(t *rapid.T) {
	on, reason := m.day(t), draw(t, "reason", "location", "location", "whim")
	_ = eiletest.On(m.World, "offer.refuse", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Refuse(c, stored, reason, "", on)
	})
}

func (m *machine) anyNoShow(t *rapid.T) {
	on := m.day(t)
	_ = eiletest.On(m.World, "offer.no-show", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.NoShow(c, stored, "", on)
	})
}

func (m *machine) anyExpire(t *rapid.T) {
	_ = eiletest.On(m.World, "run.expire", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error { return offer.Expire(c, stored) })
}

func (m *machine) anyAssess(t *rapid.T) {
	assessment := draw(t, "assessment", eilev1.Assessment_ASSESSMENT_UNJUSTIFIED, eilev1.Assessment_ASSESSMENT_UNJUSTIFIED, eilev1.Assessment_ASSESSMENT_JUSTIFIED)
	_ = eiletest.On(m.World, "offer.assess", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Assess(c, stored, assessment, "")
	})
}

func (m *machine) anyWithdrawOffer(t *rapid.T) {
	_ = eiletest.On(m.World, "offer.withdraw", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Withdraw(c, stored, "repairs")
	})
}

func (m *machine) anyReopen(t *rapid.T) {
	_ = eiletest.On(m.World, "offer.reopen", store.Offers, m.anyOfferID(t), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Reopen(c, stored, "the noise is gone")
	})
}

func (m *machine) anyStep(t *rapid.T) {
	on := m.day(t)
	step := draw(t, "step", eilev1.TenancyStep_TENANCY_STEP_ORDER, eilev1.TenancyStep_TENANCY_STEP_CONTRACT, eilev1.TenancyStep_TENANCY_STEP_KEYS)
	_ = eiletest.On(m.World, "tenancy.step", store.Tenancies, m.tenancy(t), func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.RecordStep(c, stored, step, on)
	})
}

func (m *machine) anyFail(t *rapid.T) {
	_ = eiletest.On(m.World, "tenancy.fail", store.Tenancies, m.tenancy(t), func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.Fail(c, stored, "did not sign")
	})
}

func (m *machine) anyEnd(t *rapid.T) {
	on := m.day(t)
	_ = eiletest.On(m.World, "tenancy.end", store.Tenancies, m.tenancy(t), func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.End(c, stored, "moved out", on)
	})
}

// anyTemporary makes a letting that is not done a temporary one.
func (m *machine) anyTemporary(t *rapid.T) {
	_ = eiletest.On(m.World, "tenancy.kind", store.Tenancies, m.tenancy(t), func(c casework.Change, stored *eilev1.Tenancy) error {
		if !stored.GetHoused() && stored.GetEndedOn() == nil {
			stored.Kind = eilev1.TenancyKind_TENANCY_KIND_TEMPORARY
		}
		c.Tx.Subject(stored.GetUnit())
		return store.Tenancies.Put(c.Tx, stored.GetId(), stored)
	})
}

// anyDays lets days pass and evaluates again what is due.
func (m *machine) anyDays(t *rapid.T) {
	m.Today += day.Day(draw(t, "days", 1, 1, 6, 15, 365))
	for _, reference := range m.Register.List().Due(int32(m.Today)) {
		m.Must("run.recheck", func(c casework.Change) error {
			_, err := state.Recheck(c, reference)
			return err
		})
	}
	m.Register.List().Settled(int32(m.Today))
	for _, unit := range eiletest.All(m.World, store.Units) {
		if state.MustAssess(m.InForce(), unit) {
			m.Must("run.assess", func(c casework.Change) error {
				stored, err := store.Units.Get(c.Tx, unit.GetReference())
				if err != nil {
					return err
				}
				return home.Settle(c, stored)
			})
		}
	}
}
