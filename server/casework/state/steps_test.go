package state_test

import (
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

const keys = eilev1.TenancyStep_TENANCY_STEP_KEYS

func TestTheStepsFollowTheDomain(t *testing.T) {
	domain := eiletest.Domain(t, "Application") + eiletest.Domain(t, "Unit") + eiletest.Domain(t, "Tenancy") + eiletest.Domain(t, "Decision")
	letting := "the policy says which step makes it `HOUSED` / `LET`"
	eiletest.Holds(t, state.Applications, eiletest.Draw(eiletest.Domain(t, "Application")), domain, map[string]string{
		"qualify":          "`WAITING` when `YES`",
		"lack":             "`RECEIVED` when `UNDETERMINED`",
		"hold":             "`ON_HOLD`: something must be decided",
		"run out":          "`SUSPENDED`: for a time, by decision, with reason, from, until",
		"suspend":          "`SUSPENDED`: for a time, by decision, with reason, from, until",
		"reserve":          "`RESERVED`: an offer was accepted, the letting is not done",
		"house":            letting,
		"house for a time": "`TEMPORARY` never ends an application",
		"fail":             "a failed step frees the home and restores the place",
		"reinstate":        "a reinstated application returns to its former place",
		"take up":          "a reinstated application returns to its former place",
		"withdraw":         "the ends `REJECTED WITHDRAWN REMOVED`",
		"reject":           "the ends `REJECTED WITHDRAWN REMOVED`",
		"remove":           "the ends `REJECTED WITHDRAWN REMOVED`",
	})
	eiletest.Holds(t, state.Units, eiletest.Draw(eiletest.Domain(t, "Unit")), domain, map[string]string{
		"offer":             "Only `VACANT` and `FIT` homes are offered",
		"reserve":           "Accepting an offer reserves home and household",
		"let":               letting,
		"free":              "a failed step frees the home",
		"give up":           "giving up a home",
		"call vacant":       "A home that is not vacant says why and since when",
		"call let":          "A home that is not vacant says why and since when",
		"call under repair": "A home that is not vacant says why and since when",
	})
}

// late is strict, but what is known as until must have come.
func late(t eiletest.T) *eiletest.World {
	t.Helper()
	w := eiletest.New(t, eiletest.Version(eiletest.Strict, "2", "on <= until", "on >= until"))
	w.Home("U-1")
	return w
}

// restate makes these all the facts of A-1.
func restate(pairs ...string) func(*eiletest.World) {
	return func(w *eiletest.World) {
		eiletest.MustOn(w, "application.amend", store.Applications, "A-1", func(c casework.Change, stored *eilev1.Application) error {
			stored.Attributes = w.Facts(policy.ApplicationKind, pairs...)
			return state.Settle(c, stored)
		})
	}
}

// decided changes A-1 by decision.
func decided(fn func(casework.Change, *eilev1.Application) error) func(*eiletest.World) {
	return func(w *eiletest.World) { eiletest.MustOn(w, "decide", store.Applications, "A-1", fn) }
}

func registered(pairs ...string) func(*eiletest.World) {
	return func(w *eiletest.World) { w.Household("A-1", pairs...) }
}

// both does one after the other.
func both(steps ...func(*eiletest.World)) func(*eiletest.World) {
	return func(w *eiletest.World) {
		for _, step := range steps {
			step(w)
		}
	}
}

func withdraw(c casework.Change, a *eilev1.Application) error {
	return application.Withdraw(c, a, "moved")
}

func remove(c casework.Change, a *eilev1.Application) error {
	return application.Remove(c, a, false, eiletest.By("D-3"))
}

func reinstate(c casework.Change, a *eilev1.Application) error {
	return application.Reinstate(c, a, eiletest.By("D-2"))
}

func suspend(w *eiletest.World) { w.Suspend("A-1") }

// suspendUntil suspends A-1 for some days.
func suspendUntil(days int) func(*eiletest.World) {
	return decided(func(c casework.Change, a *eilev1.Application) error {
		return application.Suspend(c, a, nil, c.Rules.Today.AddDays(days).Proto(), eiletest.By("D-1"))
	})
}

func pass(days int) func(*eiletest.World) {
	return func(w *eiletest.World) { w.Today = w.Today.AddDays(days) }
}

func reserve(w *eiletest.World) { w.Accept(w.MustOffer("A-1", "U-1")) }

// letting is the id of the letting that A-1 waits for.
func letting(w *eiletest.World) string {
	return eiletest.Read(w, store.Applications, "A-1").GetReservedTenancy()
}

func house(w *eiletest.World) { w.Step(letting(w), keys) }

func forATime(w *eiletest.World) {
	eiletest.MustOn(w, "tenancy.kind", store.Tenancies, letting(w), func(c casework.Change, stored *eilev1.Tenancy) error {
		stored.Kind = eilev1.TenancyKind_TENANCY_KIND_TEMPORARY
		return store.Tenancies.Put(c.Tx, stored.GetId(), stored)
	})
}

func fail(w *eiletest.World) {
	eiletest.MustOn(w, "tenancy.fail", store.Tenancies, letting(w), func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.Fail(c, stored, "did not sign")
	})
}

// Each step of an application is taken by something that a person or a day does.
func TestEachStepOfAnApplication(t *testing.T) {
	eligible, missing, over := registered("income=50"), registered(), registered("income=500")
	held := both(eligible, restate("income=500"))
	suspended := both(eligible, suspend)
	reserved := both(eligible, reserve)
	eiletest.Walks(t, state.Applications, late, map[string]eiletest.Road{
		"qualify": {nil, eligible},
		"lack":    {nil, missing},
		"hold":    {nil, over},

		"RECEIVED qualify":  {missing, restate("income=50")},
		"RECEIVED lack":     {missing, restate()},
		"RECEIVED hold":     {missing, restate("income=500")},
		"RECEIVED withdraw": {missing, decided(withdraw)},
		"RECEIVED reject":   {missing, decided(remove)},

		"WAITING qualify":  {eligible, restate("income=60")},
		"WAITING hold":     {eligible, restate()},
		"WAITING suspend":  {eligible, suspend},
		"WAITING reserve":  {eligible, reserve},
		"WAITING withdraw": {eligible, decided(withdraw)},
		"WAITING remove":   {eligible, decided(remove)},

		"ON_HOLD qualify":   {held, restate("income=50")},
		"ON_HOLD lack":      {over, restate()},
		"ON_HOLD hold":      {held, restate("income=600")},
		"ON_HOLD suspend":   {held, suspend},
		"ON_HOLD reinstate": {both(registered("income=50", "until=2025-06-02"), restate("income=50", "until=2025-06-09"), pass(7)), decided(reinstate)},
		"ON_HOLD take up":   {both(registered("until=2025-06-09"), pass(7)), decided(reinstate)},
		"ON_HOLD withdraw":  {held, decided(withdraw)},
		"ON_HOLD reject":    {over, decided(remove)},
		"ON_HOLD remove":    {held, decided(remove)},

		"SUSPENDED run out":   {both(eligible, suspendUntil(3), pass(4)), restate("income=50")},
		"SUSPENDED reinstate": {suspended, decided(reinstate)},
		"SUSPENDED withdraw":  {suspended, decided(withdraw)},
		"SUSPENDED remove":    {suspended, decided(remove)},

		"RESERVED house":            {reserved, house},
		"RESERVED house for a time": {both(reserved, forATime), house},
		"RESERVED fail":             {reserved, fail},
		"RESERVED withdraw":         {reserved, decided(withdraw)},
		"RESERVED remove":           {reserved, decided(remove)},

		"WITHDRAWN reinstate": {both(eligible, decided(withdraw)), decided(reinstate)},
		"WITHDRAWN take up":   {both(missing, decided(withdraw)), decided(reinstate)},
		"REJECTED take up":    {both(missing, decided(remove)), decided(reinstate)},
		"REMOVED reinstate":   {both(eligible, decided(remove)), decided(reinstate)},
	}, func(w *eiletest.World) (status eilev1.ApplicationStatus) {
		w.View(func(v *store.View) error {
			stored, _, err := store.Applications.Find(v, "A-1")
			status = stored.GetStatus()
			return err
		})
		return status
	})
}

// called registers U-1 as a person says that it is.
func called(status eilev1.UnitStatus) func(*eiletest.World) {
	return func(w *eiletest.World) {
		w.Must("unit.register", func(c casework.Change) error {
			dwelling := w.Dwelling("U-1")
			dwelling.Status = status
			return home.Register(c, dwelling)
		})
	}
}

// call lets a person say where U-1 stands.
func call(status eilev1.UnitStatus) func(*eiletest.World) {
	return func(w *eiletest.World) {
		eiletest.MustOn(w, "unit.amend", store.Units, "U-1", func(c casework.Change, stored *eilev1.Unit) error {
			before := stored.GetStatus()
			stored.Status = status
			return home.Amend(c, stored, before)
		})
	}
}

func giveUp(w *eiletest.World) {
	w.Mend("U-1", "worn=90")
	w.Must("decommission.propose", func(c casework.Change) error { return home.ProposeGivingUp(c, "D-1", []string{"U-1"}, "worn") })
	w.Actor = "another"
	eiletest.MustOn(w, "decommission.approve", store.Decommissions, "D-1", func(c casework.Change, record *eilev1.Decommission) error {
		return home.ApproveGivingUp(c, record, "", false, eiletest.By("D-9"))
	})
}

// Each step of a home is taken by something that a person or a household does.
func TestEachStepOfAHome(t *testing.T) {
	const (
		vacant      = eilev1.UnitStatus_UNIT_STATUS_VACANT
		let         = eilev1.UnitStatus_UNIT_STATUS_LET
		underRepair = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR
	)
	offer := func(w *eiletest.World) { w.MustOffer("A-1", "U-1") }
	offered := both(called(vacant), offer)
	accept := func(w *eiletest.World) { w.Accept(eiletest.Read(w, store.Units, "U-1").GetOpenOffer()) }
	refuse := func(w *eiletest.World) { w.Refuse(eiletest.Read(w, store.Units, "U-1").GetOpenOffer()) }
	end := func(w *eiletest.World) {
		id := eiletest.Read(w, store.Units, "U-1").GetTenancy()
		eiletest.MustOn(w, "tenancy.end", store.Tenancies, id, func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.End(c, stored, "moved out", c.Rules.Today)
		})
	}
	world := func(t eiletest.T) *eiletest.World {
		t.Helper()
		w := eiletest.New(t, eiletest.Strict)
		w.Household("A-1", "income=50")
		return w
	}
	eiletest.Walks(t, state.Units, world, map[string]eiletest.Road{
		"call vacant":       {nil, called(0)},
		"call let":          {nil, called(let)},
		"call under repair": {nil, called(underRepair)},

		"VACANT offer":             {called(vacant), offer},
		"VACANT call let":          {called(vacant), call(let)},
		"VACANT call under repair": {called(vacant), call(underRepair)},
		"VACANT give up":           {called(vacant), giveUp},

		"OFFERED reserve": {offered, accept},
		"OFFERED free":    {offered, refuse},

		"RESERVED let":  {both(offered, accept), house},
		"RESERVED free": {both(offered, accept), fail},

		"LET free":              {both(offered, accept, house), end},
		"LET call vacant":       {called(let), call(vacant)},
		"LET call under repair": {called(let), call(underRepair)},

		"UNDER_REPAIR call vacant": {called(underRepair), call(vacant)},
		"UNDER_REPAIR call let":    {called(underRepair), call(let)},
		"UNDER_REPAIR give up":     {called(underRepair), giveUp},
	}, func(w *eiletest.World) (status eilev1.UnitStatus) {
		w.View(func(v *store.View) error {
			stored, _, err := store.Units.Find(v, "U-1")
			status = stored.GetStatus()
			return err
		})
		return status
	})
}
