package casework_test

import (
	"slices"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

// Everything that stands against a change is told, not the first thing only.
func TestRefusalsListEveryReason(t *testing.T) {
	type step func(o *office, offer string) error
	onApplication := func(reference string, fn func(c casework.Change, a *eilev1.Application) error) step {
		return func(o *office, _ string) error {
			return o.onApplication("test", reference, func(c casework.Change, a *eilev1.Application) error { return fn(c, a) })
		}
	}
	onOffer := func(fn func(c casework.Change, stored *eilev1.Offer) error) step {
		return func(o *office, id string) error {
			return o.onOffer("test", id, func(c casework.Change, stored *eilev1.Offer) error { return fn(c, stored) })
		}
	}
	unit := func(status eilev1.UnitStatus) step {
		return func(o *office, _ string) error {
			return o.change("test", func(c casework.Change) error {
				stored, err := store.Units.Get(c.Tx, "U-1")
				if err != nil {
					return err
				}
				before := stored.GetStatus()
				stored.Status = status
				return home.Amend(c, stored, before)
			})
		}
	}
	onTenancy := func(fn func(c casework.Change, stored *eilev1.Tenancy) error) step {
		return func(o *office, id string) error {
			return o.onTenancy("test", id, func(c casework.Change, stored *eilev1.Tenancy) error { return fn(c, stored) })
		}
	}
	accept := func(o *office, id string) { o.accept(id) }
	house := func(o *office, id string) {
		o.accept(id)
		if err := onTenancy(func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.RecordStep(c, stored, eilev1.TenancyStep_TENANCY_STEP_KEYS, c.Rules.Today)
		})(o, id); err != nil {
			o.Fatal(err)
		}
	}
	withdraw := onApplication("A-1", func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "moved") })
	spoil := func(o *office, id string) {
		o.refuse(id)
		if _, err := o.offer("A-1", "U-2"); err != nil {
			o.Fatal(err)
		}
		o.amend("A-1", "income=500")
		for _, status := range []eilev1.UnitStatus{let} {
			if err := unit(status)(o, id); err != nil {
				o.Fatal(err)
			}
		}
		o.must("unit.amend", func(c casework.Change) error {
			stored, err := store.Units.Get(c.Tx, "U-1")
			if err != nil {
				return err
			}
			worn, rooms := int32(90), int32(0)
			stored.WearPercent, stored.Rooms = &worn, &rooms
			return home.Amend(c, stored, let)
		})
	}
	for name, test := range map[string]struct {
		before func(o *office, offer string)
		step   step
		want   []string
	}{
		"an offer with everything against it": {spoil, func(o *office, _ string) error {
			_, err := o.offer("A-1", "U-1")
			return err
		}, []string{"ON_HOLD", "INCOME_OVER", "HAS_OPEN_OFFER", "NOT_VACANT", "NOT_FIT", "WORN", "ALREADY_OFFERED", "TOO_FEW_ROOMS"}},
		"a second offer": {nil, func(o *office, _ string) error {
			_, err := o.offer("A-1", "U-1")
			return err
		}, []string{"HAS_OPEN_OFFER", "NOT_VACANT"}},
		"an acceptance by one that may not have it": {func(o *office, _ string) { o.amend("A-1", "income=500", "until=2025-01-01") },
			onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Accept(c, stored, c.Rules.Today) }),
			[]string{"ON_HOLD", "INCOME_OVER", "TOO_LATE"}},
		"the keys for one that may not have it": {func(o *office, id string) { accept(o, id); o.amend("A-1", "income=500", "until=2025-01-01") },
			onTenancy(func(c casework.Change, stored *eilev1.Tenancy) error {
				return tenancy.RecordStep(c, stored, eilev1.TenancyStep_TENANCY_STEP_KEYS, c.Rules.Today)
			}), []string{"NOT_ELIGIBLE", "INCOME_OVER", "TOO_LATE"}},
		"a reinstatement of one that may not": {func(o *office, _ string) { o.amend("A-1", "income=500", "until=2025-01-01") },
			onApplication("A-1", func(c casework.Change, a *eilev1.Application) error { return application.Reinstate(c, a, by("D-1")) }),
			[]string{"INCOME_OVER", "TOO_LATE"}},
		"an unknown reason": {nil, onOffer(func(c casework.Change, stored *eilev1.Offer) error {
			return offer.Refuse(c, stored, "whim", "", c.Rules.Today)
		}), []string{"UNKNOWN_REASON"}},
		"served twice": {func(o *office, id string) {
			if err := onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Serve(c, stored, c.Rules.Today) })(o, id); err != nil {
				o.Fatal(err)
			}
		}, onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Serve(c, stored, c.Rules.Today) }), []string{"ALREADY_SERVED"}},
		"served tomorrow":   {nil, onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Serve(c, stored, c.Rules.Today+1) }), []string{"IN_THE_FUTURE"}},
		"answered tomorrow": {nil, onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Accept(c, stored, c.Rules.Today+1) }), []string{"IN_THE_FUTURE"}},
		"answered before it was served": {func(o *office, id string) {
			if err := onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Serve(c, stored, c.Rules.Today) })(o, id); err != nil {
				o.Fatal(err)
			}
		}, onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Accept(c, stored, c.Rules.Today-1) }), []string{"BEFORE_SERVED"}},
		"accepted twice": {accept, onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Accept(c, stored, c.Rules.Today) }), []string{"NOT_OPEN"}},
		"assessed while open": {nil, onOffer(func(c casework.Change, stored *eilev1.Offer) error {
			return offer.Assess(c, stored, unjustified, "")
		}), []string{"NOTHING_TO_ASSESS"}},
		"reopened while open":  {nil, onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Reopen(c, stored, "x") }), []string{"NOTHING_TO_REOPEN"}},
		"withdrawn when let":   {house, onOffer(func(c casework.Change, stored *eilev1.Offer) error { return offer.Withdraw(c, stored, "x") }), []string{"LETTING_DONE"}},
		"an end of the housed": {house, withdraw, []string{"ALREADY_ENDED"}},
		"a removal of the housed": {house, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error {
			return application.Remove(c, a, false, by("D-1"))
		}),
			[]string{"ALREADY_ENDED"}},
		"a rejection of one that had a place": {nil, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error { return application.Remove(c, a, true, by("D-1")) }),
			[]string{"HAD_PLACE"}},
		"a suspension of the reserved": {accept, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error {
			return application.Suspend(c, a, nil, nil, by("D-1"))
		}),
			[]string{"WRONG_STATUS"}},
		"a suspension that is over": {nil, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error {
			return application.Suspend(c, a, nil, (c.Rules.Today - 1).Proto(), by("D-1"))
		}), []string{"BAD_PERIOD"}},
		"a suspension to come": {nil, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error {
			return application.Suspend(c, a, (c.Rules.Today + 1).Proto(), nil, by("D-1"))
		}), []string{"BAD_PERIOD"}},
		"a suspension of one without a place": {func(o *office, _ string) { o.register("A-9", "income=500") },
			onApplication("A-9", func(c casework.Change, a *eilev1.Application) error {
				return application.Suspend(c, a, nil, nil, by("D-1"))
			}), []string{"NO_PLACE"}},
		"a reinstatement of one that waits": {nil, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error { return application.Reinstate(c, a, by("D-1")) }),
			[]string{"WRONG_STATUS"}},
		"an unknown ground": {nil, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error {
			return application.GrantGround(c, a, "fire", nil, nil, by("D-1"))
		}), []string{"UNKNOWN_GROUND"}},
		"the data of one that waits": {nil, onApplication("A-1", func(c casework.Change, a *eilev1.Application) error { return application.Erase(c, a) }), []string{"NOT_ENDED"}},
		"an offered home called let": {nil, unit(let), []string{"WRONG_STATUS"}},
		"a home called offered":      {func(o *office, id string) { o.refuse(id) }, unit(offered), []string{"WRONG_STATUS"}},
		"a let home called vacant":   {house, unit(vacant), []string{"HAS_TENANCY"}},
		"a step that was recorded": {house, onTenancy(func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.RecordStep(c, stored, eilev1.TenancyStep_TENANCY_STEP_KEYS, c.Rules.Today)
		}), []string{"ALREADY_RECORDED"}},
		"a step to come": {accept, onTenancy(func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.RecordStep(c, stored, eilev1.TenancyStep_TENANCY_STEP_KEYS, c.Rules.Today+1)
		}), []string{"IN_THE_FUTURE"}},
		"a failure of what is done": {house, onTenancy(func(c casework.Change, stored *eilev1.Tenancy) error { return tenancy.Fail(c, stored, "x") }),
			[]string{"LETTING_DONE"}},
		"an end of what is not done": {accept, onTenancy(func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.End(c, stored, "x", c.Rules.Today)
		}),
			[]string{"NOT_IN_FORCE"}},
		"an end before the letting": {house, onTenancy(func(c casework.Change, stored *eilev1.Tenancy) error {
			return tenancy.End(c, stored, "x", c.Rules.Today-day.Day(1))
		}), []string{"BEFORE_LETTING"}},
	} {
		t.Run(name, func(t *testing.T) {
			o, id := opened(t, "strict")
			if test.before != nil {
				test.before(o, id)
			}
			if err := test.step(o, id); !slices.Equal(codesOf(err), test.want) {
				t.Errorf("refused for %v, want %v: %v", codesOf(err), test.want, err)
			}
		})
	}
}
