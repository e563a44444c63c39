package figures_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/store"
)

// Rented homes stand in the order in which their leases end; who lives there is
// named.
func TestLeases(t *testing.T) {
	t.Parallel()
	w := eiletest.New(t, plain)
	w.Home("U-1", "until=2026-06-02")
	w.Home("U-2", "until=2025-09-01")
	w.Home("U-3")
	w.Must("unit.register", func(c casework.Change) error {
		unit := w.Dwelling("U-4")
		unit.Tenure = eilev1.Tenure_TENURE_RENTED_IN
		return home.Register(c, unit)
	})
	w.Household("A-1", "points=1")
	w.Accept(w.MustOffer("A-1", "U-1"))
	for _, test := range []struct {
		within *int32
		want   []string
	}{
		{nil, []string{"U-2 91 ", "U-1 365 A-1", "U-4 -1 "}},
		{new(int32(3)), []string{"U-2 91 "}},
		{new(int32(2)), nil},
	} {
		var got []string
		w.View(func(v *store.View) error {
			units, err := figures.RentedIn(v, w.Today, test.within)
			if err != nil || !slices.IsSortedFunc(units, func(a, b *eilev1.Unit) int { return strings.Compare(figures.LeaseOrder(a), figures.LeaseOrder(b)) }) {
				t.Errorf("%v, %v", units, err)
			}
			for _, unit := range units {
				rented, err := figures.RentedHome(v, unit, w.Today)
				if err != nil {
					return err
				}
				left := int32(-1)
				if rented.DaysLeft != nil {
					left = rented.GetDaysLeft()
				}
				got = append(got, fmt.Sprintf("%s %d %s", rented.GetUnit(), left, rented.GetOccupiedBy()))
			}
			return nil
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
