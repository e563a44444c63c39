package casework_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// The states as the tests name them.
const (
	received  = eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED
	waiting   = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	onHold    = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	suspended = eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED
	reserved  = eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED
	housed    = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED
	rejected  = eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED
	removed   = eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED

	vacant       = eilev1.UnitStatus_UNIT_STATUS_VACANT
	offered      = eilev1.UnitStatus_UNIT_STATUS_OFFERED
	reservedUnit = eilev1.UnitStatus_UNIT_STATUS_RESERVED
	let          = eilev1.UnitStatus_UNIT_STATUS_LET
	underRepair  = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR

	fit     = eilev1.ConditionState_CONDITION_STATE_FIT
	flagged = eilev1.ConditionState_CONDITION_STATE_FLAGGED

	openOffer      = eilev1.OfferStatus_OFFER_STATUS_OPEN
	withdrawnOffer = eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN

	proposeReject = eilev1.DecisionKind_DECISION_KIND_REJECT
	proposeRemove = eilev1.DecisionKind_DECISION_KIND_REMOVE
	proposeReview = eilev1.DecisionKind_DECISION_KIND_REVIEW
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tester is what tests and properties have in common.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// An office is a register under one policy, on a day that moves on. Closures run
// twice, so that one with effects of its own is found out.
type office struct {
	tester
	ctx   context.Context
	db    *memkv.DB
	reg   *store.Register
	rules casework.Rules
	ids   int
}

// strict is a policy of edges: no refusal is let pass, the keys house, and a
// home is worn at 50 %.
const strict = `
name: strict
version: "1"
title: {en: Strict}
time_zone: Europe/Vilnius
in_force: {from: 2020-01-01}
attributes:
  application:
    income: {type: int, min: 0}
    until: {type: date}
lists: [{code: general, title: {en: General}}, {code: old, title: {en: Old}}]
eligibility:
  - {code: INCOME_OVER, require: income <= 100, reason: {en: "income {income} is over 100"}}
  - {code: TOO_LATE, proposes: review, require: "!known(until) || on <= until", reason: {en: "{until} is over"}}
need: {expr: "1"}
order: [{by: registered_at}, {by: draw}]
suitability:
  - {code: TOO_FEW_ROOMS, require: unit.rooms >= 1, reason: {en: "{unit.rooms} rooms"}}
unit_standard:
  - {code: WORN, require: unit.wear_percent <= 50, reason: {en: "worn {unit.wear_percent} %"}}
offers: {days_to_answer: 5, refusals_allowed: 0, after: hold, last_step: keys, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
mode: choice
`

func source(t tester, name string) string {
	t.Helper()
	if name == "strict" {
		return strict
	}
	text, ok := policy.ShippedSource(name)
	if !ok {
		t.Fatalf("no policy %s is shipped", name)
	}
	return string(text)
}

func mustDay(t tester, text string) day.Day {
	t.Helper()
	on, err := day.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return on
}

func newOffice(ctx context.Context, t tester, name string) *office {
	t.Helper()
	db := memkv.New(memkv.Options{RerunClosures: true})
	reg, err := store.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{tester: t, ctx: ctx, db: db, reg: reg}
	o.activate(source(t, name), mustDay(t, "2025-06-02"))
	return o
}

var policies sync.Map // by text

func load(t tester, text string) *policy.Policy {
	t.Helper()
	if known, ok := policies.Load(text); ok {
		return known.(*policy.Policy)
	}
	p, err := policy.Load("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	policies.Store(text, p)
	return p
}

// activate puts a policy in force with the applications that there are.
func (o *office) activate(text string, on day.Day) {
	o.Helper()
	loaded := load(o, text)
	o.rules = casework.Rules{Policy: loaded, Evaluator: loaded.Evaluator("seed"), Seed: "seed", Today: on}
	change, err := o.reg.BeginPolicyChange(o.ctx)
	if err != nil {
		o.Fatal(err)
	}
	var all []*eilev1.Placement
	for _, application := range o.applications() {
		all = append(all, state.Evaluate(o.rules, application))
	}
	if err := change.Place(o.ctx, all); err != nil {
		o.Fatal(err)
	}
	if _, err := change.Switch(o.ctx, o.stamp("policy.activate"), loaded.Identity(), all, func(*store.Tx) error { return nil }); err != nil {
		o.Fatal(err)
	}
	for _, application := range o.applications() {
		o.must("policy.settle", func(c casework.Change) error {
			stored, err := store.Applications.Get(c.Tx, application.GetReference())
			if err != nil {
				return err
			}
			return state.Settle(c, stored)
		})
	}
}

func (o *office) stamp(action string) store.Stamp {
	o.ids++
	at := time.Date(o.rules.Today.Year(), o.rules.Today.Month(), o.rules.Today.Day(), 8, 0, o.ids, 0, time.UTC)
	return store.Stamp{Now: at, ID: fmt.Sprintf("%08d", o.ids), Actor: "tester", Action: action}
}

// change runs fn as one change. What is refused must say why and leave no trace.
func (o *office) change(action string, fn func(casework.Change) error) error {
	o.Helper()
	before := o.db.Revision()
	_, _, err := casework.Update(o.ctx, o.reg, o.stamp(action), o.rules, fn)
	var refusal casework.Refusal
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &refusal):
		o.Fatalf("%s: %v", action, err)
	case len(refusal.Reasons) == 0 || refusal.What == "":
		o.Fatalf("%s is refused without a reason: %v", action, err)
	case o.db.Revision() != before:
		o.Fatalf("%s was refused and changed the register: %v", action, err)
	}
	for _, reason := range refusal.Reasons {
		if reason.GetCode() == "" || reason.GetDetail() == "" {
			o.Fatalf("%s is refused for an empty reason: %v", action, refusal.Reasons)
		}
	}
	return err
}

func (o *office) must(action string, fn func(casework.Change) error) {
	o.Helper()
	if err := o.change(action, fn); err != nil {
		o.Fatalf("%s: %v", action, err)
	}
}

func (o *office) view(fn func(*store.View) error) {
	o.Helper()
	if err := o.reg.View(o.ctx, fn); err != nil {
		o.Fatal(err)
	}
}

func read[T any, M interface {
	*T
	proto.Message
}](o *office, kind store.Kind[T, M], id string) (record M) {
	o.Helper()
	o.view(func(v *store.View) (err error) {
		record, err = kind.Get(v, id)
		return err
	})
	return record
}

func all[T any, M interface {
	*T
	proto.Message
}](o *office, kind store.Kind[T, M]) (records []M) {
	o.Helper()
	o.view(func(v *store.View) error {
		for entry, err := range kind.All(v, "", "") {
			if err != nil {
				return err
			}
			records = append(records, entry.Record)
		}
		return nil
	})
	return records
}

func (o *office) applications() []*eilev1.Application { return all(o, store.Applications) }

// facts reads name=value pairs as the policy declares them.
func (o *office) facts(kind policy.Kind, pairs ...string) map[string]*eilev1.Fact {
	o.Helper()
	facts := map[string]*eilev1.Fact{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		for _, attribute := range o.rules.Policy.Attributes(kind) {
			if attribute.Name != name {
				continue
			}
			fact, err := table.ParseFact(attribute, value)
			if err != nil {
				o.Fatalf("%s: %v", pair, err)
			}
			facts[name] = fact
		}
	}
	return facts
}

// register takes an application with the given facts.
func (o *office) register(reference string, pairs ...string) {
	o.Helper()
	o.must("application.register", func(c casework.Change) error {
		return application.Register(c, &eilev1.Application{
			Reference: reference, List: o.rules.Policy.DefaultList(), RegisteredAt: "2020-01-01T10:00:00Z",
			Household:  &eilev1.Household{Members: []*eilev1.Member{{BirthDate: &date.Date{Year: 1980, Month: 5, Day: 5}}}},
			Attributes: o.facts(policy.ApplicationKind, pairs...),
		})
	})
}

func (o *office) registerUnit(reference string, pairs ...string) {
	o.Helper()
	rooms, worn := int32(2), int32(10)
	o.must("unit.register", func(c casework.Change) error {
		return home.Register(c, &eilev1.Unit{
			Reference: reference, Rooms: &rooms, WearPercent: &worn, AreaSqm: &eilev1.Decimal{Units: 30},
			Amenities: &eilev1.Amenities{Present: []eilev1.Amenity{1, 2, 3, 4, 5, 6, 7, 8, 9}}, Attributes: o.facts(policy.UnitKind, pairs...),
		})
	})
}

// onApplication, onOffer and onTenancy change one record as the handlers do.
func (o *office) onApplication(action, reference string, fn func(casework.Change, *eilev1.Application) error) error {
	o.Helper()
	return o.change(action, func(c casework.Change) error {
		application, err := store.Applications.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		return fn(c, application)
	})
}

func (o *office) onOffer(action, id string, fn func(casework.Change, *eilev1.Offer) error) error {
	o.Helper()
	return o.change(action, func(c casework.Change) error {
		offer, err := store.Offers.Get(c.Tx, id)
		if err != nil {
			return err
		}
		return fn(c, offer)
	})
}

func (o *office) onTenancy(action, id string, fn func(casework.Change, *eilev1.Tenancy) error) error {
	o.Helper()
	return o.change(action, func(c casework.Change) error {
		tenancy, err := store.Tenancies.Get(c.Tx, id)
		if err != nil {
			return err
		}
		return fn(c, tenancy)
	})
}

func by(number string) *eilev1.ByDecision { return &eilev1.ByDecision{Number: number, Reason: "heard"} }

// offer makes an offer as a night does, and answers its id.
func (o *office) offer(application, unit string) (string, error) {
	o.Helper()
	id := fmt.Sprintf("O-%d", o.ids+1)
	return id, o.change("offer.create", func(c casework.Change) error {
		return offer.Make(c, &eilev1.Offer{Id: id, Application: application, Unit: unit}, func(a *eilev1.Application, u *eilev1.Unit) []*eilev1.Reason {
			_, why := o.rules.Evaluator.Suitable(a, u, o.rules.Today)
			return why
		})
	})
}
