package rulebook

import (
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/store"
)

// from is a version of the policy with a first day.
func from(first, version string) string {
	return eiletest.Version(plain, version, "in_force: {from: 2020-01-01}", "in_force: {from: "+first+"}", "points > 0", "points > "+version)
}

// A policy of a day to come waits for it, and takes effect by the run of the day
// or of a later one, in the order of the first days.
func TestScheduledPolicies(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	o.households(10)
	second := o.mustActivate(from("2025-07-01", "2"), Wish{})
	if !second.GetScheduled() || second.GetActive() || second.GetActivatedAt() != nil || second.GetSource() != "" {
		t.Errorf("%v", second)
	}
	before := o.Bytes()
	o.mustActivate(from("2025-07-01", "2"), Wish{})
	if o.Bytes() != before || o.today().Policy.Version != "1" {
		t.Error("scheduled again it is not kept as it was")
	}
	o.mustActivate(from("2025-06-20", "3"), Wish{})
	for on, want := range map[string][]string{"2025-06-19": nil, "2025-06-20": {"3"}, "2025-07-01": {"3", "2"}, "2026-01-01": {"3", "2"}} {
		due, err := o.book.Scheduled(t.Context(), eiletest.Day(t, on))
		if err != nil || len(due) != len(want) {
			t.Fatalf("%s: %v, %v", on, due, err)
		}
		for i, record := range due {
			if record.GetVersion() != want[i] {
				t.Errorf("%s: %v", on, due)
			}
		}
	}
	if err := o.book.Enact(t.Context(), "Ona", o.Today); err != nil || o.today().Policy.Version != "1" {
		t.Errorf("enacted before its day: %v", err)
	}
	o.Today = eiletest.Day(t, "2025-07-02")
	if err := o.book.Enact(t.Context(), "Ona", o.Today); err != nil || o.today().Policy.Version != "2" || o.unsettled() {
		t.Errorf("enacted on its day: %v", err)
	}
	for _, record := range eiletest.All(o.World, store.Policies) {
		if record.GetScheduled() || record.GetActivatedAt() == nil {
			t.Errorf("%v", record)
		}
	}
	if by := o.lastActivation(); by != "Ona" {
		t.Errorf("enacted by %s", by)
	}
	if got := opened(o.World); !got.Active(o.today().Policy.Identity()) {
		t.Error("the next start has another policy")
	}
}

// lastActivation is who put the policy in force that is.
func (o *office) lastActivation() (actor string) {
	o.View(func(v *store.View) error {
		for entry, err := range v.History("town") {
			if err != nil {
				return err
			}
			if entry.GetAction() == "policy.activate" {
				actor = entry.GetActor()
			}
		}
		return nil
	})
	return actor
}

// Under dev the day of a rehearsal is today, and the clock does not go back.
func TestRehearsedDays(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	for _, step := range []struct{ rehearse, today string }{{"2025-07-01", "2025-07-01"}, {"2025-06-15", "2025-07-01"}, {"2026-01-01", "2026-01-01"}} {
		o.book.Rehearse(eiletest.Day(t, step.rehearse))
		if got := o.today().Today; got.String() != step.today {
			t.Errorf("after %s it is %s", step.rehearse, got)
		}
	}
	still := New(o.Register, NewClock(o.Now, false))
	if err := still.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	still.Rehearse(eiletest.Day(t, "2026-01-01"))
	if rules, err := still.Today(); err != nil || rules.Today != o.Today {
		t.Errorf("the clock of a service moved to %v: %v", rules.Today, err)
	}
	if a, b := still.NewID(), still.NewID(); a >= b {
		t.Errorf("%s, then %s", a, b)
	}
}
