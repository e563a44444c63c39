package server

import (
	"context"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/night/advise"
	"github.com/eile-housing/eile/store"
)

// AdviseRent works on a frozen register: what is changed meanwhile is not in it.
func (s *leases) AdviseRent(ctx context.Context, req *eilev1.AdviseRentRequest) (*eilev1.AdviseRentResponse, error) {
	rules, err := s.office.Book.Today()
	if err == nil {
		rules, err = rulesFrom(rules, words.Say("what.advise_rent"), req.GetOn())
	}
	if err != nil {
		return nil, err
	}
	kinds, err := s.kinds(ctx, rules, proto.CloneOf(req).GetKinds())
	if err != nil {
		return nil, err
	}
	what := advise.What{Kinds: kinds, BudgetCents: req.GetBudgetCents(), Goal: req.GetGoal()}
	return advise.Rent(ctx, s.office.Register, s.office.Clock, rules, what)
}

// kinds are those that are asked about, or else those of the stock.
func (s *leases) kinds(ctx context.Context, rules casework.Rules, given []*eilev1.RentKind) (kinds []*eilev1.RentKind, err error) {
	if len(given) > 0 {
		return given, form.RentKinds(rules.Policy, given)
	}
	err = s.office.View(ctx, func(v *store.View) error {
		kinds, err = advise.KindsOfStock(v)
		return err
	})
	if err == nil && len(kinds) == 0 {
		err = casework.Refuse(words.Say("what.advise_rent"), words.Reason("NO_KINDS"))
	}
	return kinds, err
}

// rulesFrom are the rules of today, or of a day to come on which something is
// only worked out.
func rulesFrom(rules casework.Rules, what words.Phrase, given *date.Date) (casework.Rules, error) {
	on, ok, wrong := casework.GivenDay(given)
	switch {
	case wrong != nil:
		return rules, form.Wrong("on", wrong)
	case !ok:
		return rules, nil
	case on < rules.Today:
		return rules, casework.Refuse(what, words.Reason("IN_THE_PAST", words.Day("on", on), words.Day("today", rules.Today)))
	}
	if _, until := rules.Policy.InForce(); until != 0 && on > until {
		return rules, casework.Refuse(what, words.Reason("NOT_IN_FORCE.until", words.Text("policy", rules.Policy.Name), words.Day("until", until)))
	}
	rules.Today = on
	return rules, nil
}
