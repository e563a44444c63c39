package casework

import (
	"slices"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Everything that stands against a change is told, not the first thing only.
func TestRefusalsListEveryReason(t *testing.T) {
	type step func(o *office, offer string) error
	application := func(reference string, fn func(r Rules, tx *store.Tx, a *eilev1.Application) error) step {
		return func(o *office, _ string) error {
			return o.onApplication("test", reference, func(tx *store.Tx, a *eilev1.Application) error { return fn(o.rules, tx, a) })
		}
	}
	offer := func(fn func(r Rules, tx *store.Tx, offer *eilev1.Offer) error) step {
		return func(o *office, id string) error {
			return o.onOffer("test", id, func(tx *store.Tx, offer *eilev1.Offer) error { return fn(o.rules, tx, offer) })
		}
	}
	unit := func(status eilev1.UnitStatus) step {
		return func(o *office, _ string) error {
			return o.change("test", func(tx *store.Tx) error {
				stored, err := store.Units.Get(tx, "U-1")
				if err != nil {
					return err
				}
				before := stored.GetStatus()
				stored.Status = status
				return o.rules.AmendUnit(tx, stored, before)
			})
		}
	}
	tenancy := func(fn func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error) step {
		return func(o *office, id string) error {
			return o.onTenancy("test", id, func(tx *store.Tx, tenancy *eilev1.Tenancy) error { return fn(o.rules, tx, tenancy) })
		}
	}
	accept := func(o *office, id string) { o.accept(id) }
	house := func(o *office, id string) {
		o.accept(id)
		if err := tenancy(func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error {
			return r.RecordStep(tx, tenancy, eilev1.TenancyStep_TENANCY_STEP_KEYS, r.Today)
		})(o, id); err != nil {
			o.Fatal(err)
		}
	}
	withdraw := application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Withdraw(tx, a, "moved") })
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
		o.must("unit.amend", func(tx *store.Tx) error {
			stored, err := store.Units.Get(tx, "U-1")
			if err != nil {
				return err
			}
			worn, rooms := int32(90), int32(0)
			stored.WearPercent, stored.Rooms = &worn, &rooms
			return o.rules.AmendUnit(tx, stored, let)
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
			offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.AcceptOffer(tx, offer, r.Today) }),
			[]string{"ON_HOLD", "INCOME_OVER", "TOO_LATE"}},
		"the keys for one that may not have it": {func(o *office, id string) { accept(o, id); o.amend("A-1", "income=500", "until=2025-01-01") },
			tenancy(func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error {
				return r.RecordStep(tx, tenancy, eilev1.TenancyStep_TENANCY_STEP_KEYS, r.Today)
			}), []string{"NOT_ELIGIBLE", "INCOME_OVER", "TOO_LATE"}},
		"a reinstatement of one that may not": {func(o *office, _ string) { o.amend("A-1", "income=500", "until=2025-01-01") },
			application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Reinstate(tx, a, by("D-1")) }),
			[]string{"INCOME_OVER", "TOO_LATE"}},
		"an unknown reason": {nil, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error {
			return r.RefuseOffer(tx, offer, "whim", "", r.Today)
		}), []string{"UNKNOWN_REASON"}},
		"served twice": {func(o *office, id string) {
			if err := offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.ServeOffer(tx, offer, r.Today) })(o, id); err != nil {
				o.Fatal(err)
			}
		}, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.ServeOffer(tx, offer, r.Today) }), []string{"ALREADY_SERVED"}},
		"served tomorrow":   {nil, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.ServeOffer(tx, offer, r.Today+1) }), []string{"IN_THE_FUTURE"}},
		"answered tomorrow": {nil, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.AcceptOffer(tx, offer, r.Today+1) }), []string{"IN_THE_FUTURE"}},
		"answered before it was served": {func(o *office, id string) {
			if err := offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.ServeOffer(tx, offer, r.Today) })(o, id); err != nil {
				o.Fatal(err)
			}
		}, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.AcceptOffer(tx, offer, r.Today-1) }), []string{"BEFORE_SERVED"}},
		"accepted twice": {accept, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.AcceptOffer(tx, offer, r.Today) }), []string{"NOT_OPEN"}},
		"assessed while open": {nil, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error {
			return r.AssessOffer(tx, offer, unjustified, "")
		}), []string{"NOTHING_TO_ASSESS"}},
		"reopened while open":  {nil, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.ReopenOffer(tx, offer, "x") }), []string{"NOTHING_TO_REOPEN"}},
		"withdrawn when let":   {house, offer(func(r Rules, tx *store.Tx, offer *eilev1.Offer) error { return r.WithdrawOffer(tx, offer, "x") }), []string{"LETTING_DONE"}},
		"an end of the housed": {house, withdraw, []string{"ALREADY_ENDED"}},
		"a removal of the housed": {house, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Remove(tx, a, false, by("D-1")) }),
			[]string{"ALREADY_ENDED"}},
		"a rejection of one that had a place": {nil, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Remove(tx, a, true, by("D-1")) }),
			[]string{"HAD_PLACE"}},
		"a suspension of the reserved": {accept, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Suspend(tx, a, nil, nil, by("D-1")) }),
			[]string{"WRONG_STATUS"}},
		"a suspension that is over": {nil, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error {
			return r.Suspend(tx, a, nil, (r.Today - 1).Proto(), by("D-1"))
		}), []string{"BAD_PERIOD"}},
		"a suspension to come": {nil, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error {
			return r.Suspend(tx, a, (r.Today + 1).Proto(), nil, by("D-1"))
		}), []string{"BAD_PERIOD"}},
		"a suspension of one without a place": {func(o *office, _ string) { o.register("A-9", "income=500") },
			application("A-9", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Suspend(tx, a, nil, nil, by("D-1")) }), []string{"NO_PLACE"}},
		"a reinstatement of one that waits": {nil, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Reinstate(tx, a, by("D-1")) }),
			[]string{"WRONG_STATUS"}},
		"an unknown ground": {nil, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error {
			return r.GrantGround(tx, a, "fire", nil, nil, by("D-1"))
		}), []string{"UNKNOWN_GROUND"}},
		"the data of one that waits": {nil, application("A-1", func(r Rules, tx *store.Tx, a *eilev1.Application) error { return r.Erase(tx, a) }), []string{"NOT_ENDED"}},
		"an offered home called let": {nil, unit(let), []string{"WRONG_STATUS"}},
		"a home called offered":      {func(o *office, id string) { o.refuse(id) }, unit(offered), []string{"WRONG_STATUS"}},
		"a let home called vacant":   {house, unit(vacant), []string{"HAS_TENANCY"}},
		"a step that was recorded": {house, tenancy(func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error {
			return r.RecordStep(tx, tenancy, eilev1.TenancyStep_TENANCY_STEP_KEYS, r.Today)
		}), []string{"ALREADY_RECORDED"}},
		"a step to come": {accept, tenancy(func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error {
			return r.RecordStep(tx, tenancy, eilev1.TenancyStep_TENANCY_STEP_KEYS, r.Today+1)
		}), []string{"IN_THE_FUTURE"}},
		"a failure of what is done": {house, tenancy(func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error { return r.FailTenancy(tx, tenancy, "x") }),
			[]string{"LETTING_DONE"}},
		"an end of what is not done": {accept, tenancy(func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error {
			return r.EndTenancy(tx, tenancy, "x", r.Today)
		}),
			[]string{"NOT_IN_FORCE"}},
		"an end before the letting": {house, tenancy(func(r Rules, tx *store.Tx, tenancy *eilev1.Tenancy) error {
			return r.EndTenancy(tx, tenancy, "x", r.Today-day.Day(1))
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
