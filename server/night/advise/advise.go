package advise

import (
	"context"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// What says which kinds of homes could be rented, and to what end.
type What struct {
	Kinds       []*eilev1.RentKind // of different names, at a rent of at least 1 cent
	BudgetCents int64              // a month; 0: no shopping list
	Goal        eilev1.RentGoal
}

// Rent solves the night of the rules' day with one home more of each kind, and
// with what a budget pays for.
func Rent(ctx context.Context, register *store.Register, clock prepare.Clock, rules casework.Rules, what What) (*eilev1.AdviseRentResponse, error) {
	answer := &eilev1.AdviseRentResponse{On: rules.Today.Proto(), Policy: rules.Policy.Identity()}
	err := prepare.Scratch(ctx, register, clock, rules, func(tonight *store.Register, revision uint64) error {
		answer.Revision = revision
		return tonight.Freeze(ctx, func(v *store.View, frozen living.Frozen) error {
			night, _, err := prepare.Market(v, frozen, rules, func(reference string) string { return reference })
			if err != nil {
				return err
			}
			return what.ask(ctx, night, answer)
		})
	})
	return answer, err
}

// ask puts into the answer what the market of tonight says.
func (what What) ask(ctx context.Context, night market.Night, answer *eilev1.AdviseRentResponse) error {
	homes := make([]*eilev1.Unit, len(what.Kinds))
	for i, kind := range what.Kinds {
		homes[i] = homeOf(kind, night.Today)
	}
	s, class := market.NewScenarios(night, homes)
	now, err := s.Solve(ctx, nil)
	if err != nil {
		return err
	}
	answer.Waiting, answer.Vacancies, answer.Matched = int32(s.Waiting()), int32(s.Vacant()), int32(now.Housed())
	offerings := make([]market.Offering, len(what.Kinds))
	byName := map[string]*eilev1.RentKind{}
	for i, kind := range what.Kinds {
		offerings[i] = market.Offering{Name: kind.GetName(), Class: class[i], Cents: kind.GetRentCents()}
		byName[kind.GetName()] = kind
	}
	values, err := s.Value(ctx, now, nil, offerings)
	if err != nil {
		return err
	}
	goal := market.MostHouseholds
	if what.Goal == eilev1.RentGoal_RENT_GOAL_MOST_SENIOR {
		goal = market.MostSenior
	}
	slices.SortFunc(values, goal.Compare)
	for _, value := range values {
		answer.Gains = append(answer.Gains, gain(byName[value.Name], value.Gain))
	}
	if what.BudgetCents == 0 {
		return nil
	}
	bought, err := s.Shop(ctx, now, offerings, what.BudgetCents, goal)
	for i, b := range bought {
		answer.Purchases = append(answer.Purchases, &eilev1.RentPurchase{
			Number:         int32(i) + 1,
			Kind:           b.Name,
			RentCents:      b.Cents,
			Additional:     int32(b.Gain.Households),
			SeniorList:     b.Gain.Senior.List,
			SeniorPosition: int32(b.Gain.Senior.Position),
			SpentCents:     b.Spent,
		})
		answer.SpentCents = b.Spent
		answer.Additional += int32(b.Gain.Households)
	}
	return err
}

// gain puts into figures what one home of a kind is worth.
func gain(kind *eilev1.RentKind, gain market.Gain) *eilev1.RentGain {
	worth := &eilev1.RentGain{Kind: kind, Additional: int32(gain.Households)}
	if gain.Households > 0 {
		worth.SeniorList, worth.SeniorPosition = gain.Senior.List, int32(gain.Senior.Position)
		worth.RentCentsPerHousehold = new(kind.GetRentCents() / int64(gain.Households))
	}
	return worth
}
