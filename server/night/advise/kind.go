package advise

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// defaultLeaseMonths is for how long a kind of home is rented where nobody says:
// the five years that the Lithuanian draft of 2018 asks for.
const defaultLeaseMonths = 60

// homeOf is a home of a kind as it would stand in the register.
func homeOf(kind *eilev1.RentKind, today day.Day) *eilev1.Unit {
	months := defaultLeaseMonths
	if kind.LeaseMonths != nil {
		months = int(kind.GetLeaseMonths())
	}
	return &eilev1.Unit{
		Status: eilev1.UnitStatus_UNIT_STATUS_VACANT,
		Tenure: eilev1.Tenure_TENURE_RENTED_IN,
		Lease: &eilev1.Lease{
			StartsOn:  today.Proto(),
			EndsOn:    today.AddMonths(months).Proto(),
			RentCents: &kind.RentCents,
		},
		District:   kind.GetDistrict(),
		Rooms:      kind.Rooms,
		AreaSqm:    kind.GetAreaSqm(),
		Floor:      kind.Floor,
		Lift:       kind.Lift,
		Adapted:    kind.Adapted,
		Attributes: kind.GetAttributes(),
	}
}

// KindsOfStock makes a kind of each sort of home that is rented in, by district,
// rooms and adaptation: the home whose rent is in the middle stands for it.
func KindsOfStock(v *store.View) ([]*eilev1.RentKind, error) {
	sorts := map[string][]*eilev1.Unit{}
	for entry, err := range store.Units.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		unit := entry.Record
		if unit.GetTenure() == eilev1.Tenure_TENURE_RENTED_IN && unit.GetLease().GetRentCents() > 0 && inStock(unit) {
			name := sortName(unit)
			sorts[name] = append(sorts[name], unit)
		}
	}
	var kinds []*eilev1.RentKind
	for _, name := range slices.Sorted(maps.Keys(sorts)) {
		units := sorts[name]
		slices.SortStableFunc(units, func(a, b *eilev1.Unit) int {
			return cmp.Compare(a.GetLease().GetRentCents(), b.GetLease().GetRentCents())
		})
		middle := units[(len(units)-1)/2]
		kinds = append(kinds, &eilev1.RentKind{
			Name:       name,
			RentCents:  middle.GetLease().GetRentCents(),
			District:   middle.GetDistrict(),
			Rooms:      middle.Rooms,
			AreaSqm:    middle.GetAreaSqm(),
			Floor:      middle.Floor,
			Lift:       middle.Lift,
			Adapted:    middle.Adapted,
			Attributes: middle.GetAttributes(),
		})
	}
	return kinds, nil
}

func inStock(unit *eilev1.Unit) bool {
	return unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && unit.GetLeftStockOn() == nil
}

// sortName is what homes of one sort have in common. It tells a kind from another one,
// and so is the same in every language.
func sortName(unit *eilev1.Unit) string {
	parts := []string{cmp.Or(unit.GetDistrict(), told.Note(words.Say("kind.no_district")))}
	if unit.Rooms != nil {
		parts = append(parts, told.Note(words.Say("kind.rooms", words.Number("rooms", unit.GetRooms()))))
	}
	if unit.GetAdapted() {
		parts = append(parts, told.Note(words.Say("kind.adapted")))
	}
	return strings.Join(parts, ", ")
}
