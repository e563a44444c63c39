package policy

import (
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// When the household of a rented-in home is put up for a transfer: at the last warning where the
// policy does not say.
func TestLeaseRules(t *testing.T) {
	for text, want := range map[string]int{"": 3, "leases: {}\n": 3, "leases: {transfer_months: 0}\n": 0, "leases: {transfer_months: 12}\n": 12} {
		if got := loaded(t, text).Leases.TransferMonths; got != want {
			t.Errorf("%q: %d months, want %d", text, got, want)
		}
	}
	for _, bad := range []string{"leases: {transfer_months: -1}\n", "leases: {transfer_months: 61}\n", "leases: {months: 3}\n"} {
		if _, err := Load("test.yaml", []byte(minimal(bad))); err == nil {
			t.Errorf("%q loads", bad)
		}
	}
}

// A rented home is let with twelve months of lease left to the day and not with one day less, nor
// where nobody knows when the lease ends; in every year and month, also where the twelve months
// begin on the last day of February.
func TestRentedHomesAreLetWithTwelveMonthsLeft(t *testing.T) {
	for _, name := range []string{"lt-vilnius", "lt-zone-b"} {
		e := shippedPolicy(t, name).Evaluator("")
		household := &eilev1.Application{Household: &eilev1.Household{Members: []*eilev1.Member{{Relation: eilev1.Relation_RELATION_SELF}}}}
		home := func(ends *day.Day) *eilev1.Unit {
			unit := &eilev1.Unit{Tenure: eilev1.Tenure_TENURE_RENTED_IN, AreaSqm: &eilev1.Decimal{Units: 60}, Adapted: new(true), Lease: &eilev1.Lease{}}
			if ends != nil {
				unit.Lease.EndsOn = ends.Proto()
			}
			return unit
		}
		check := func(on day.Day, unit *eilev1.Unit, want string) {
			t.Helper()
			suits, why := e.Suitable(household, unit, on)
			codes := []string{}
			for _, reason := range why {
				codes = append(codes, reason.GetCode())
			}
			if got := strings.Join(codes, " "); got != want || suits != (want == "") {
				t.Errorf("%s on %s, lease until %v: %t %s, want %q", name, on, unit.GetLease().GetEndsOn(), suits, got, want)
			}
		}
		first, _ := day.Parse("2024-01-01")
		for n := range 2 * 366 {
			on := first.AddDays(n)
			enough := on.AddMonths(12)
			short := enough.AddDays(-1)
			check(on, home(&enough), "")
			check(on, home(&short), "LEASE_TOO_SHORT")
		}
		check(first, home(nil), "MISSING_UNIT_LEASE_ENDS_ON")
		bare := home(nil)
		bare.Lease = nil
		check(first, bare, "MISSING_UNIT_LEASE_ENDS_ON")
		own := home(nil)
		own.Tenure = eilev1.Tenure_TENURE_OWNED
		check(first, own, "")
	}
}
