package server

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/store"
)

// defaultLeaseMonths is for how long a kind of home is rented where nobody says:
// the five years that the Lithuanian draft of 2018 asks for.
const defaultLeaseMonths = 60

var rentGoals = map[eilev1.RentGoal]night.Goal{eilev1.RentGoal_RENT_GOAL_MOST_SENIOR: night.MostSenior}

// AdviseRent works on a frozen register: what is changed meanwhile is not in it.
func (s *leases) AdviseRent(ctx context.Context, req *eilev1.AdviseRentRequest) (*eilev1.AdviseRentResponse, error) {
	rules, err := s.rulesFrom("advise what to rent", req.GetOn())
	if err != nil {
		return nil, err
	}
	kinds := fresh(req).GetKinds()
	if len(kinds) == 0 {
		kinds, err = s.kindsOfStock(ctx)
	} else {
		err = checkKinds(rules.Policy, kinds)
	}
	if err != nil {
		return nil, err
	}
	wanted := make([]night.Kind, len(kinds))
	byName := map[string]*eilev1.RentKind{}
	for i, kind := range kinds {
		wanted[i] = night.Kind{Name: kind.GetName(), Cents: kind.GetRentCents(), Unit: homeOfKind(kind, rules.Today)}
		byName[kind.GetName()] = kind
	}
	advice, err := s.night.Advise(ctx, rules, wanted, req.GetBudgetCents(), rentGoals[req.GetGoal()])
	if err != nil {
		return nil, err
	}
	answer := &eilev1.AdviseRentResponse{
		On: rules.Today.Proto(), Policy: rules.Policy.Identity(), Revision: advice.Revision,
		Waiting: int32(advice.Waiting), Vacancies: int32(advice.Vacancies), Matched: int32(advice.Matched),
	}
	for _, gain := range advice.Kinds {
		answer.Gains = append(answer.Gains, rentGain(byName[gain.Name], gain.Gain))
	}
	for i, bought := range advice.Purchases {
		answer.Purchases = append(answer.Purchases, &eilev1.RentPurchase{
			Number: int32(i) + 1, Kind: bought.Kind, RentCents: bought.Cents, Additional: int32(bought.Gain.Households),
			SeniorList: bought.Gain.Senior.List, SeniorPosition: int32(bought.Gain.Senior.Position), SpentCents: bought.Spent,
		})
		answer.SpentCents = bought.Spent
		answer.Additional += int32(bought.Gain.Households)
	}
	return answer, nil
}

// rulesFrom are the rules of today, or of a day to come on which something is
// only worked out.
func (s *Server) rulesFrom(what string, given *date.Date) (casework.Rules, error) {
	rules, err := s.today()
	if err != nil {
		return rules, err
	}
	on, ok, err := day.FromProto(given)
	switch {
	case err != nil:
		return rules, wrong("on", "%v", err)
	case !ok:
		return rules, nil
	case on < rules.Today:
		return rules, casework.Refuse(what, "IN_THE_PAST", fmt.Sprintf("%s is over: today is %s", on, rules.Today))
	}
	if _, until := rules.Policy.InForce(); until != 0 && on > until {
		return rules, casework.Refuse(what, "NOT_IN_FORCE", fmt.Sprintf("policy %s is in force until %s", rules.Policy.Name(), until))
	}
	rules.Today = on
	return rules, nil
}

func rentGain(kind *eilev1.RentKind, gain night.Gain) *eilev1.RentGain {
	worth := &eilev1.RentGain{Kind: kind, Additional: int32(gain.Households)}
	if gain.Households > 0 {
		worth.SeniorList, worth.SeniorPosition = gain.Senior.List, int32(gain.Senior.Position)
		worth.RentCentsPerHousehold = new(kind.GetRentCents() / int64(gain.Households))
	}
	return worth
}

// checkKinds gives the attributes the types of the policy and lists every fault.
func checkKinds(rules *policy.Policy, kinds []*eilev1.RentKind) error {
	var faults invalid
	seen := map[string]int{}
	for i, kind := range kinds {
		field := fmt.Sprintf("kinds[%d].", i)
		if first, twice := seen[kind.GetName()]; twice {
			faults = append(faults, fieldFault{field + "name", fmt.Sprintf("%q is the name of kinds[%d] too", kind.GetName(), first)})
		}
		seen[kind.GetName()] = i
		found := typeFacts(field+"attributes", kind.GetAttributes(), rules.Attributes(policy.UnitKind))
		if len(found) == 0 {
			found = against(field, rules.ValidateUnit(&eilev1.Unit{Attributes: kind.GetAttributes()}))
		}
		faults = append(faults, found...)
		if area := kind.GetAreaSqm(); area != nil && area.GetUnits() <= 0 {
			faults = append(faults, fieldFault{field + "area_sqm", "it is not more than 0"})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// homeOfKind is a home of a kind as it would stand in the register.
func homeOfKind(kind *eilev1.RentKind, today day.Day) *eilev1.Unit {
	months := defaultLeaseMonths
	if kind.LeaseMonths != nil {
		months = int(kind.GetLeaseMonths())
	}
	return &eilev1.Unit{
		Status: eilev1.UnitStatus_UNIT_STATUS_VACANT, District: kind.GetDistrict(), Rooms: kind.Rooms, AreaSqm: kind.GetAreaSqm(),
		Floor: kind.Floor, Lift: kind.Lift, Adapted: kind.Adapted, Tenure: eilev1.Tenure_TENURE_RENTED_IN,
		Lease:      &eilev1.Lease{StartsOn: today.Proto(), EndsOn: today.AddMonths(months).Proto(), RentCents: &kind.RentCents},
		Attributes: kind.GetAttributes(),
	}
}

// kindsOfStock makes a kind of each sort of home that is rented in, by district,
// rooms and adaptation: the home whose rent is in the middle stands for it.
func (s *leases) kindsOfStock(ctx context.Context) ([]*eilev1.RentKind, error) {
	sorts := map[string][]*eilev1.Unit{}
	err := s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Units.All(v, "", "") {
			if err != nil {
				return err
			}
			unit := entry.Record
			if unit.GetTenure() == eilev1.Tenure_TENURE_RENTED_IN && unit.GetLease().GetRentCents() > 0 && inStock(unit) {
				name := sortName(unit)
				sorts[name] = append(sorts[name], unit)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(sorts) == 0 {
		return nil, casework.Refuse("advise what to rent", "NO_KINDS", "no home that is rented in has a rent on record: give the kinds of homes that could be rented")
	}
	var kinds []*eilev1.RentKind
	for _, name := range slices.Sorted(maps.Keys(sorts)) {
		units := sorts[name]
		slices.SortStableFunc(units, func(a, b *eilev1.Unit) int {
			return cmp.Compare(a.GetLease().GetRentCents(), b.GetLease().GetRentCents())
		})
		middle := units[(len(units)-1)/2]
		kinds = append(kinds, &eilev1.RentKind{
			Name: name, RentCents: middle.GetLease().GetRentCents(), District: middle.GetDistrict(), Rooms: middle.Rooms, AreaSqm: middle.GetAreaSqm(),
			Floor: middle.Floor, Lift: middle.Lift, Adapted: middle.Adapted, Attributes: middle.GetAttributes(),
		})
	}
	return kinds, nil
}

func inStock(unit *eilev1.Unit) bool {
	return unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && unit.GetLeftStockOn() == nil
}

// sortName is what homes of one sort have in common, in words.
func sortName(unit *eilev1.Unit) string {
	parts := []string{cmp.Or(unit.GetDistrict(), "no district")}
	if unit.Rooms != nil {
		parts = append(parts, fmt.Sprintf("rooms %d", unit.GetRooms()))
	}
	if unit.GetAdapted() {
		parts = append(parts, "adapted")
	}
	return strings.Join(parts, ", ")
}
