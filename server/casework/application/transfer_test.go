package application_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// open opens the transfer of who lives in a home.
func open(w *eiletest.World, unit, reason string) (reference string, obstacle *eilev1.Reason) {
	w.Helper()
	eiletest.MustOn(w, "transfer", store.Units, unit, func(c casework.Change, stored *eilev1.Unit) (err error) {
		reference, obstacle, err = application.OpenTransfer(c, stored, reason)
		return err
	})
	return reference, obstacle
}

// register registers a transfer as an officer does.
func register(w *eiletest.World, reference, unit, reason string) error {
	w.Helper()
	return w.Change("application.register", func(c casework.Change) error {
		applicant := w.Applicant(reference, "income=50")
		applicant.Transfer = &eilev1.Transfer{Unit: unit, Reason: reason}
		return application.RegisterTransfer(c, applicant)
	})
}

// onUnit sets facts of a home that nobody could set by a call.
func onUnit(w *eiletest.World, unit string, fn func(*eilev1.Unit)) {
	w.Helper()
	eiletest.MustOn(w, "unit", store.Units, unit, func(c casework.Change, stored *eilev1.Unit) error {
		fn(stored)
		return c.Tx.PutUnit(stored)
	})
}

// onTenancy sets facts of the tenancy of U-1.
func onTenancy(w *eiletest.World, fn func(*eilev1.Tenancy)) {
	w.Helper()
	id := eiletest.Read(w, store.Units, "U-1").GetTenancy()
	eiletest.MustOn(w, "tenancy", store.Tenancies, id, func(c casework.Change, stored *eilev1.Tenancy) error {
		fn(stored)
		return store.Tenancies.Put(c.Tx, id, stored)
	})
}

// A sitting tenant is registered anew, today, with what is known of the
// household, and both applications name each other.
func TestATransferIsOpened(t *testing.T) {
	w := eiletest.Tenanted(t)
	must(w, "A-1", func(c casework.Change, a *eilev1.Application) error {
		a.List, a.Districts = "old", []string{"north"}
		if err := store.Persons.Put(c.Tx, "A-1", &eilev1.Person{GivenName: "Ona"}); err != nil {
			return err
		}
		return state.Settle(c, a)
	})
	w.Today++
	reference, obstacle := open(w, "U-1", application.AdaptedHome)
	if reference != "T-U-1" || obstacle != nil {
		t.Fatalf("opened %q: %v", reference, obstacle)
	}
	got, tenant := w.Is("T-U-1", "WAITING"), w.Is("A-1", "HOUSED")
	if got.GetTransfer().GetUnit() != "U-1" || got.GetTransfer().GetReason() != "ADAPTED_HOME" || !slices.Equal(got.GetLinked(), []string{"A-1"}) || !slices.Equal(tenant.GetLinked(), []string{"T-U-1"}) {
		t.Errorf("opened: %v, linked with %v", got, tenant.GetLinked())
	}
	if got.GetList() != "old" || !slices.Equal(got.GetDistricts(), []string{"north"}) || !proto.Equal(got.GetHousehold(), tenant.GetHousehold()) ||
		got.GetAttributes()["income"].GetIntValue() != 50 || !got.GetAttributes()["sitting_tenant"].GetBoolValue() {
		t.Errorf("the facts are not those of the household: %v", got)
	}
	if !strings.HasPrefix(got.GetRegisteredAt(), "2025-06-03T11:00:") || !strings.HasSuffix(got.GetRegisteredAt(), "+03:00") {
		t.Errorf("registered at %s", got.GetRegisteredAt())
	}
	if name := eiletest.Read(w, store.Persons, "T-U-1").GetGivenName(); name != "Ona" {
		t.Errorf("the person is called %q", name)
	}
	if again, _ := open(w, "U-1", application.HomeGivenUp); again != "T-U-1" || w.Is("T-U-1", "WAITING").GetTransfer().GetReason() != "HOME_GIVEN_UP" {
		t.Errorf("opened again it is %s", again)
	}
	must(w, "T-U-1", withdraw)
	if third, _ := open(w, "U-1", application.LeaseEnding); third != "T-U-1.2" {
		t.Errorf("after the first ended it is %s", third)
	}
	must(w, "T-U-1.2", withdraw)
	if fourth, _ := open(w, "U-1", application.LeaseEnding); fourth != "T-U-1.3" {
		t.Errorf("after the second ended it is %s", fourth)
	}
}

// What the policy in force does not declare is left behind.
func TestATransferUnderAnotherPolicy(t *testing.T) {
	w := eiletest.Tenanted(t)
	must(w, "A-1", func(c casework.Change, a *eilev1.Application) error {
		a.List = "old"
		a.Attributes["forgotten"] = &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: true}}
		return state.Settle(c, a)
	})
	w.Activate(eiletest.Version(eiletest.Strict, "2", ", {code: old, title: {en: Old}}", ""))
	reference, _ := open(w, "U-1", application.BetterConditions)
	got := w.Is(reference, "WAITING")
	if _, known := got.GetAttributes()["forgotten"]; known || got.GetAttributes()["sitting_tenant"] != nil || got.GetList() != "general" {
		t.Errorf("opened: %v", got)
	}
}

// A household that was housed for a time has its own application still.
func TestATenantWhoStillWaits(t *testing.T) {
	w := eiletest.New(t, eiletest.Estate)
	w.Household("A-1", "income=50")
	w.Home("U-1")
	id := w.MustOffer("A-1", "U-1")
	w.Accept(id)
	onTenancy(w, func(stored *eilev1.Tenancy) { stored.Kind = eilev1.TenancyKind_TENANCY_KIND_TEMPORARY })
	w.Step(id, keys)
	if reference, _ := open(w, "U-1", application.HomeGivenUp); reference != "A-1" || w.Is("A-1", "WAITING").GetTransfer().GetUnit() != "U-1" {
		t.Errorf("its transfer is %s", reference)
	}
}

// nextOf is the first thing that can be done about a reason, and with what.
func nextOf(reason *eilev1.Reason) string {
	if len(reason.GetNext()) == 0 {
		return ""
	}
	said := reason.GetNext()[0].GetCode()
	for _, arg := range reason.GetNext()[0].GetArgs() {
		said += " " + arg.GetText()
	}
	return said
}

// Where nobody can be put up for a transfer, the obstacle says what to do.
func TestWhatIsInTheWayOfATransfer(t *testing.T) {
	const until = "until=2025-07-01"
	for code, test := range map[string]struct {
		world func(eiletest.T) *eiletest.World
		next  string
	}{
		"NO_TENANT_ON_RECORD": {func(t eiletest.T) *eiletest.World {
			w := eiletest.New(t, eiletest.Estate)
			w.Must("unit.register", func(c casework.Change) error {
				let := w.Dwelling("U-1", until)
				let.Status = eilev1.UnitStatus_UNIT_STATUS_LET
				return home.Register(c, let)
			})
			return w
		}, "REGISTER_TRANSFER U-1 ADAPTED_HOME"},
		"LETTING_UNDER_WAY": {func(t eiletest.T) *eiletest.World {
			w := eiletest.New(t, eiletest.Estate)
			w.Household("A-1", "income=50")
			w.Home("U-1", until)
			w.Accept(w.MustOffer("A-1", "U-1"))
			return w
		}, "FAIL_LETTING O-00000004"},
		"TENANT_IS_ORGANISATION": {func(t eiletest.T) *eiletest.World {
			w := eiletest.Tenanted(t, until)
			onTenancy(w, func(stored *eilev1.Tenancy) { stored.Application, stored.Organisation = "", "an NGO" })
			return w
		}, "END_TENANCY O-00000005"},
	} {
		t.Run(code, func(t *testing.T) {
			w := test.world(t)
			before := len(eiletest.All(w, store.Applications))
			reference, obstacle := open(w, "U-1", application.AdaptedHome)
			if reference != "" || obstacle.GetCode() != code || !eiletest.Said(obstacle) || nextOf(obstacle) != test.next {
				t.Errorf("opened %q: %v", reference, obstacle)
			}
			w.View(func(v *store.View) error {
				unit, err := store.Units.Get(v, "U-1")
				if err != nil {
					return err
				}
				transfer, obstacle, err := application.LeaseTransfer(v, unit)
				if transfer != nil || obstacle.GetCode() != code || err != nil {
					t.Errorf("the end of the lease leads to %v: %v", transfer, obstacle)
				}
				leaving, err := application.Leaving(w.InForce(), v, unit)
				if leaving != nil || err != nil {
					t.Errorf("%v leaves: %v", leaving, err)
				}
				return nil
			})
			eiletest.MustOn(w, "lease", store.Units, "U-1", application.OpenLeaseTransfer)
			if all := eiletest.All(w, store.Applications); len(all) != before {
				t.Errorf("applications: %v", all)
			}
		})
	}
}

// An officer registers the transfer of a sitting tenant: of a home that is let,
// once, and with what its reason rests on.
func TestATransferIsRegistered(t *testing.T) {
	w := eiletest.Tenanted(t)
	if err := register(w, "A-7", "U-1", application.BetterConditions); err != nil {
		t.Fatal(err)
	}
	if got, tenant := w.Is("A-7", "WAITING"), w.Is("A-1", "HOUSED"); !slices.Equal(got.GetLinked(), []string{"A-1"}) || !slices.Equal(tenant.GetLinked(), []string{"A-7"}) {
		t.Errorf("linked: %v and %v", got.GetLinked(), tenant.GetLinked())
	}
	w.Refused(register(w, "A-8", "U-1", application.BetterConditions), "ALREADY_HAS_TRANSFER")
	w.Refused(register(w, "A-8", "U-2", application.BetterConditions), "NOT_LET")
	must(w, "A-7", withdraw)
	if err := register(w, "A-8", "U-1", application.BetterConditions); err != nil {
		t.Errorf("after the first ended: %v", err)
	}
	w.Must("unit.register", func(c casework.Change) error {
		let := w.Dwelling("U-3")
		let.Status = eilev1.UnitStatus_UNIT_STATUS_LET
		return home.Register(c, let)
	})
	if err := register(w, "A-9", "U-3", application.AdaptedHome); err != nil || len(w.Is("A-9", "WAITING").GetLinked()) != 0 {
		t.Errorf("of a home whose tenant is not on record: %v", err)
	}
}

// A lease that is not near its end is no reason.
func TestATransferForTheEndOfALease(t *testing.T) {
	w := eiletest.Tenanted(t, "until=2025-09-30")
	w.Refused(register(w, "A-7", "U-1", application.LeaseEnding), "LEASE_GOES_ON")
	w.Today = eiletest.Day(t, "2025-06-29")
	w.Refused(register(w, "A-7", "U-1", application.LeaseEnding), "LEASE_GOES_ON")
	w.Today++
	if err := register(w, "A-7", "U-1", application.LeaseEnding); err != nil {
		t.Errorf("three months before: %v", err)
	}
	owned := eiletest.Tenanted(t)
	owned.Refused(register(owned, "A-7", "U-1", application.LeaseEnding), "NO_LEASE")
}

// approved is a world in which giving up U-1, where A-1 lives, is approved in
// principle.
func approved(t eiletest.T) *eiletest.World {
	t.Helper()
	w := eiletest.Tenanted(t)
	w.Mend("U-1", "worn=90")
	w.Must("decommission.propose", func(c casework.Change) error { return home.ProposeGivingUp(c, "D-1", []string{"U-1"}, "worn") })
	w.Actor = "another"
	eiletest.MustOn(w, "decommission.approve", store.Decommissions, "D-1", func(c casework.Change, record *eilev1.Decommission) error {
		return home.ApproveGivingUp(c, record, "", true, eiletest.By("D-9"))
	})
	return w
}

// A home that is given up is a reason only where that is approved, for one
// transfer at a time, and the proposal knows it.
func TestATransferFromAHomeThatIsGivenUp(t *testing.T) {
	w := eiletest.Tenanted(t)
	w.Refused(register(w, "A-7", "U-1", application.HomeGivenUp), "NOT_IN_PRINCIPLE")
	w = approved(t)
	if err := register(w, "A-7", "U-1", application.HomeGivenUp); err != nil {
		t.Fatal(err)
	}
	transfer := func() string {
		return eiletest.Read(w, store.Decommissions, "D-1").GetHomes()[0].GetTransfer()
	}
	if transfer() != "A-7" {
		t.Errorf("the proposal names %q", transfer())
	}
	onUnit(w, "U-1", func(u *eilev1.Unit) { u.FormerTenancy, u.Tenancy = u.GetTenancy(), "" }) // so that the household is not known by its home
	w.Refused(register(w, "A-8", "U-1", application.HomeGivenUp), "ALREADY_HAS_TRANSFER")
	must(w, "A-7", withdraw)
	if err := register(w, "A-8", "U-1", application.HomeGivenUp); err != nil || transfer() != "A-8" {
		t.Errorf("after the first ended the proposal names %q: %v", transfer(), err)
	}
}

// The end of a lease puts who lives there up for a transfer, in the months that
// the policy says, and not again when that one has ended.
func TestTheEndOfALeasePutsUpForATransfer(t *testing.T) {
	w := eiletest.Tenanted(t, "until=2025-12-30")
	w.Household("A-5", "income=50") // of the same persons, and no transfer
	must(w, "A-1", func(c casework.Change, a *eilev1.Application) error {
		a.Linked = append(a.Linked, "A-5", "of another register")
		return state.Settle(c, a)
	})
	leaving := func() (reference string) {
		w.View(func(v *store.View) error {
			unit, err := store.Units.Get(v, "U-1")
			if err != nil {
				return err
			}
			tenant, err := application.Leaving(w.InForce(), v, unit)
			reference = tenant.GetReference()
			return err
		})
		return reference
	}
	transfer := func() (reference string) {
		w.View(func(v *store.View) error {
			unit, err := store.Units.Get(v, "U-1")
			if err != nil {
				return err
			}
			found, obstacle, err := application.LeaseTransfer(v, unit)
			if obstacle != nil {
				t.Errorf("in its way: %v", obstacle)
			}
			reference = found.GetReference()
			return err
		})
		return reference
	}
	if leaving() != "" || transfer() != "" {
		t.Errorf("half a year before %q leaves by %q", leaving(), transfer())
	}
	// A transfer for another reason, that ended long before, is no reason not to.
	if err := register(w, "A-7", "U-1", application.BetterConditions); err != nil {
		t.Fatal(err)
	}
	must(w, "A-7", withdraw)
	w.Today = eiletest.Day(t, "2025-09-29")
	if leaving() != "" {
		t.Errorf("a day before the months begin %q leaves", leaving())
	}
	w.Today = eiletest.Day(t, "2025-09-30")
	if leaving() != "A-1" || transfer() != "A-7" {
		t.Errorf("in the months before %q leaves by %q", leaving(), transfer())
	}
	eiletest.MustOn(w, "lease", store.Units, "U-1", application.OpenLeaseTransfer)
	opened := w.Is("T-U-1", "WAITING")
	grounds := opened.GetGrounds()
	if opened.GetTransfer().GetReason() != "LEASE_ENDING" || len(grounds) != 1 || grounds[0].GetCode() != "lease_ending" || !proto.Equal(grounds[0].GetGrantedFrom(), w.Today.Proto()) {
		t.Fatalf("opened: %v", opened)
	}
	granted := eiletest.Read(w, store.Decisions, grounds[0].GetDecision())
	if !granted.GetAutomatic() || granted.GetKind() != eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND || granted.GetSubject() != "T-U-1" ||
		granted.GetReasons()[0].GetCode() != "LEASE_ENDING" || !strings.Contains(eiletest.Says("en", granted.GetReasons()[0]), "2025-12-30") || eiletest.Says("lt", granted.GetReasons()[0]) == "" {
		t.Errorf("it rests on %v", granted)
	}
	if leaving() != "" || transfer() != "T-U-1" {
		t.Errorf("once opened %q leaves by %q", leaving(), transfer())
	}
	must(w, "T-U-1", withdraw)
	if leaving() != "" || transfer() != "T-U-1" {
		t.Errorf("when it was withdrawn %q leaves by %q", leaving(), transfer())
	}
	if err := register(w, "A-8", "U-1", application.BetterConditions); err != nil || transfer() != "A-8" {
		t.Errorf("an open one stands behind %q: %v", transfer(), err)
	}
	must(w, "A-8", withdraw)
	if transfer() != "A-8" {
		t.Errorf("the latest of those that ended is %q", transfer())
	}
}

// Where the policy declares no ground for it, the transfer stands in the ordinary
// order.
func TestALeaseWithoutAGround(t *testing.T) {
	w := eiletest.Tenanted(t, "until=2025-07-31")
	w.Activate(eiletest.Version(eiletest.Estate, "2", "lease_ending", "fire"))
	eiletest.MustOn(w, "lease", store.Units, "U-1", application.OpenLeaseTransfer)
	if got := w.Is("T-U-1", "WAITING"); len(got.GetGrounds()) != 0 || len(eiletest.All(w, store.Decisions)) != 0 {
		t.Errorf("opened: %v", got)
	}
}

// A temporary tenant who waits is put up by the own application.
func TestTheOwnApplicationOfATenantIsItsTransfer(t *testing.T) {
	w := eiletest.Tenanted(t, "until=2025-07-31")
	eiletest.MustOn(w, "lease", store.Units, "U-1", application.OpenLeaseTransfer)
	must(w, "T-U-1", withdraw)
	must(w, "A-1", func(c casework.Change, a *eilev1.Application) error {
		a.Transfer = &eilev1.Transfer{Unit: "U-1", Reason: "LEASE_ENDING"}
		a.ReceivedAt.Seconds += 1 << 20
		return store.Applications.Put(c.Tx, "A-1", a)
	})
	w.View(func(v *store.View) error {
		unit, err := store.Units.Get(v, "U-1")
		if err != nil {
			return err
		}
		found, _, err := application.LeaseTransfer(v, unit)
		if found.GetReference() != "A-1" {
			t.Errorf("the latest is %s", found.GetReference())
		}
		return err
	})
}

// A moment is kept in the zone of the policy, to the microsecond.
func TestRegisteredNow(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Vilnius")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 15, 23, 30, 0, 123456789, time.UTC)
	if got := application.RegisteredNow(at, zone); got != "2026-01-16T01:30:00.123456+02:00" {
		t.Errorf("registered at %s", got)
	}
}

// A long name is cut, so that a number has room.
func TestALongReference(t *testing.T) {
	w := eiletest.New(t, eiletest.Estate)
	unit := strings.Repeat("U", 63)
	w.Household("A-1", "income=50")
	w.Home(unit)
	w.House("A-1", unit)
	if reference, _ := open(w, unit, application.AdaptedHome); reference != "T-"+unit[:58] {
		t.Errorf("it is called %s", reference)
	}
}
