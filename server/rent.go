package server

import (
	"context"
	"fmt"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/store"
)

// defaultLeaseMonths is for how long a kind of home is rented where nobody says:
// the five years that the Lithuanian draft of 2018 asks for.
const defaultLeaseMonths = 60

var rentGoals = map[eilev1.RentGoal]night.Goal{eilev1.RentGoal_RENT_GOAL_MOST_SENIOR: night.MostSenior}

// AdviseRent works on a frozen register: what is changed meanwhile is not in it.
func (s *leases) AdviseRent(ctx context.Context, req *eilev1.AdviseRentRequest) (*eilev1.AdviseRentResponse, error) {
	rules, err := s.office.Book.Today()
	if err == nil {
		rules, err = rulesFrom(rules, "advise what to rent", req.GetOn())
	}
	if err != nil {
		return nil, err
	}
	kinds, err := s.kinds(ctx, rules, proto.CloneOf(req).GetKinds())
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
	return advised(rules, advice, byName), nil
}

// kinds are those that are asked about, or else those of the stock.
func (s *leases) kinds(ctx context.Context, rules casework.Rules, given []*eilev1.RentKind) (kinds []*eilev1.RentKind, err error) {
	if len(given) > 0 {
		return given, form.RentKinds(rules.Policy, given)
	}
	err = s.office.View(ctx, func(v *store.View) error {
		kinds, err = figures.RentKinds(v)
		return err
	})
	if err == nil && len(kinds) == 0 {
		err = casework.Refuse("advise what to rent", "NO_KINDS", "no home that is rented in has a rent on record: give the kinds of homes that could be rented")
	}
	return kinds, err
}

func advised(rules casework.Rules, advice *night.Advice, kinds map[string]*eilev1.RentKind) *eilev1.AdviseRentResponse {
	answer := &eilev1.AdviseRentResponse{
		On: rules.Today.Proto(), Policy: rules.Policy.Identity(), Revision: advice.Revision,
		Waiting: int32(advice.Waiting), Vacancies: int32(advice.Vacancies), Matched: int32(advice.Matched),
	}
	for _, gain := range advice.Kinds {
		answer.Gains = append(answer.Gains, rentGain(kinds[gain.Name], gain.Gain))
	}
	for i, bought := range advice.Purchases {
		answer.Purchases = append(answer.Purchases, &eilev1.RentPurchase{
			Number: int32(i) + 1, Kind: bought.Kind, RentCents: bought.Cents, Additional: int32(bought.Gain.Households),
			SeniorList: bought.Gain.Senior.List, SeniorPosition: int32(bought.Gain.Senior.Position), SpentCents: bought.Spent,
		})
		answer.SpentCents = bought.Spent
		answer.Additional += int32(bought.Gain.Households)
	}
	return answer
}

// rulesFrom are the rules of today, or of a day to come on which something is
// only worked out.
func rulesFrom(rules casework.Rules, what string, given *date.Date) (casework.Rules, error) {
	on, ok, err := day.FromProto(given)
	switch {
	case err != nil:
		return rules, form.Wrong("on", "%v", err)
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
