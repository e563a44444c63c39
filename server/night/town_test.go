package night

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
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
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tester is what tests, benchmarks and properties have in common.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// rulesOf is the policy of a town. Points decide, homes must have the rooms that
// a household wants, and some homes are kept for big households.
func rulesOf(mode, reserve, districts, approval string) string {
	text := `
name: town
version: "1"
title: {en: Town}
time_zone: UTC
in_force: {from: 2020-01-01}
attributes:
  application:
    points: {type: int, min: 0}
    rooms: {type: int, min: 1}
    big: {type: bool, unclaimed: false}
    until: {type: date}
lists: [{code: general, title: {en: General}}, {code: second, title: {en: Second}}]
eligibility:
  - {code: NO_POINTS, require: points > 0, reason: {en: "{points} points"}}
  - {code: TOO_LATE, require: "!known(until) || on <= until", reason: {en: "{until} is over"}}
need: {expr: "1"}
order: [{by: value, expr: points, direction: descending}, {by: draw}]
suitability:
  - {code: TOO_SMALL, require: "unit.rooms >= otherwise(rooms, 1)", reason: {en: "{unit.rooms} rooms, wants {otherwise(rooms, 1)}"}}
unit_standard:
  - {code: WORN, require: "unit.wear_percent <= 50", reason: {en: "worn {unit.wear_percent} %"}}
offers: {days_to_answer: 5, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
districts: {use: DISTRICTS}
approval: APPROVAL
mode: MODE
`
	if reserve != "" {
		text += "reserves: [{code: big, title: {en: Big}, who: big, strict: " + reserve + "}]\n"
	}
	return strings.NewReplacer("DISTRICTS", districts, "APPROVAL", approval, "MODE", mode).Replace(text)
}

// town is a register with its nights, on a day that moves on.
type town struct {
	tester
	ctx    context.Context
	db     kv.DB
	reg    *store.Register
	policy *policy.Policy
	night  *Night
	today  day.Day
	ids    atomic.Int64
}

// Rules, Now and NewID make a town the rulebook of its nights.
func (w *town) Rules(on day.Day) (casework.Rules, error) {
	return casework.Rules{Policy: w.policy, Evaluator: w.policy.Evaluator("seed"), Seed: "seed", Today: on}, nil
}

func (w *town) Now() time.Time {
	return time.Date(w.today.Year(), w.today.Month(), w.today.Day(), 8, 0, 0, 0, time.UTC)
}

func (w *town) NewID() string { return fmt.Sprintf("%08d", w.ids.Add(1)) }

func (w *town) rules() casework.Rules {
	rules, _ := w.Rules(w.today)
	return rules
}

func newMemory() *memkv.DB { return memkv.New(memkv.Options{RerunClosures: true}) }

func newTown(ctx context.Context, t tester, text string) *town {
	t.Helper()
	w := openTown(ctx, t, newMemory(), text, mustDay(t, "2025-06-02"))
	w.activate(text)
	return w
}

// openTown opens the register of a store that has one, under a policy that is in
// force there.
func openTown(ctx context.Context, t tester, db kv.DB, text string, today day.Day) *town {
	t.Helper()
	reg, err := store.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	w := &town{tester: t, ctx: ctx, db: db, reg: reg, policy: load(t, text), today: today}
	w.night = New(reg, []byte("a key of the service"), w)
	return w
}

var loaded sync.Map // policies by text

func load(t tester, text string) *policy.Policy {
	t.Helper()
	if known, ok := loaded.Load(text); ok {
		return known.(*policy.Policy)
	}
	p, err := policy.Load("town.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	loaded.Store(text, p)
	return p
}

func mustDay(t tester, text string) day.Day {
	t.Helper()
	on, err := day.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return on
}

// activate puts a policy in force, with what it says of those who are there.
func (w *town) activate(text string) {
	w.Helper()
	w.policy = load(w, text)
	change, err := w.reg.BeginPolicyChange(w.ctx)
	if err != nil {
		w.Fatal(err)
	}
	var placements []*eilev1.Placement
	for _, application := range all(w, store.Applications) {
		placements = append(placements, state.Evaluate(w.rules(), application))
	}
	if err := change.Place(w.ctx, placements); err != nil {
		w.Fatal(err)
	}
	if _, err := change.Switch(w.ctx, w.stamp("policy.activate"), w.policy.Identity(), placements, func(*store.Tx) error { return nil }); err != nil {
		w.Fatal(err)
	}
}

// copied is the town on a copy of its store, as after a kill.
func (w *town) copied(options memkv.Options) *town {
	w.Helper()
	var backup bytes.Buffer
	if err := w.db.Backup(w.ctx, &backup); err != nil {
		w.Fatal(err)
	}
	db, err := memkv.Restore(&backup, options)
	if err != nil {
		w.Fatal(err)
	}
	return w.on(db)
}

// on is the same town on another store.
func (w *town) on(db kv.DB) *town {
	w.Helper()
	other := openTown(w.ctx, w.tester, db, rulesOf("fill", "", "rank", "none"), w.today)
	other.policy = w.policy
	other.ids.Store(w.ids.Load() + 1_000_000)
	return other
}

// bytes of the whole store.
func (w *town) bytes() string {
	w.Helper()
	var all strings.Builder
	err := w.db.View(w.ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			fmt.Fprintf(&all, "%d %s = %x\n", item.Revision, item.Key, item.Value)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return all.String()
}

func (w *town) stamp(action string) store.Stamp {
	return store.Stamp{Now: w.Now(), ID: w.NewID(), Actor: "tester", Action: action}
}

func (w *town) change(action string, fn func(casework.Change) error) error {
	_, _, err := casework.Update(w.ctx, w.reg, w.stamp(action), w.rules(), fn)
	return err
}

func (w *town) must(action string, fn func(casework.Change) error) {
	w.Helper()
	if err := w.change(action, fn); err != nil {
		w.Fatalf("%s: %v", action, err)
	}
}

func (w *town) view(fn func(*store.View) error) {
	w.Helper()
	if err := w.reg.View(w.ctx, fn); err != nil {
		w.Fatal(err)
	}
}

type message[T any] interface {
	*T
	proto.Message
}

func all[T any, M message[T]](w *town, kind store.Kind[T, M]) (records []M) {
	w.Helper()
	w.view(func(v *store.View) error {
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

func read[T any, M message[T]](w *town, kind store.Kind[T, M], id string) (found M) {
	w.Helper()
	w.view(func(v *store.View) (err error) {
		found, err = kind.Get(v, id)
		return err
	})
	return found
}

// household registers an application: points, and any of rooms=N, big=true,
// until=DATE, list=NAME, district=NAME.
func (w *town) household(reference string, points int, pairs ...string) {
	w.Helper()
	wanted := &eilev1.Application{Reference: reference, List: "general", RegisteredAt: "2020-01-01", Attributes: map[string]*eilev1.Fact{}}
	for _, pair := range append(pairs, fmt.Sprintf("points=%d", points)) {
		w.fact(wanted, pair)
	}
	w.must("application.register", func(c casework.Change) error { return application.Register(c, proto.CloneOf(wanted)) })
}

func (w *town) fact(application *eilev1.Application, pair string) {
	w.Helper()
	name, value, _ := strings.Cut(pair, "=")
	switch name {
	case "list":
		application.List = value
		return
	case "district":
		application.Districts = append(application.Districts, value)
		return
	}
	for _, attribute := range w.policy.Attributes(policy.ApplicationKind) {
		if attribute.Name == name {
			fact, err := table.ParseFact(attribute, value)
			if err != nil {
				w.Fatal(err)
			}
			application.Attributes[name] = fact
			return
		}
	}
	w.Fatalf("no attribute %s", name)
}

// home registers a vacant home with rooms, in a district.
func (w *town) home(reference string, rooms int, district, earmark string) {
	w.Helper()
	count, worn := int32(rooms), int32(10)
	w.must("unit.register", func(c casework.Change) error {
		return home.Register(c, &eilev1.Unit{Reference: reference, Rooms: &count, WearPercent: &worn, District: district, Earmark: earmark})
	})
}

func (w *town) onApplication(reference string, fn func(casework.Change, *eilev1.Application) error) {
	w.Helper()
	w.must("test", func(c casework.Change) error {
		application, err := store.Applications.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		return fn(c, application)
	})
}

func (w *town) onUnit(reference string, fn func(casework.Change, *eilev1.Unit) error) {
	w.Helper()
	w.must("test", func(c casework.Change) error {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		return fn(c, unit)
	})
}

func (w *town) onOffer(id string, fn func(casework.Change, *eilev1.Offer) error) {
	w.Helper()
	w.must("test", func(c casework.Change) error {
		offer, err := store.Offers.Get(c.Tx, id)
		if err != nil {
			return err
		}
		return fn(c, offer)
	})
}

func ruling() *eilev1.ByDecision { return &eilev1.ByDecision{Number: "D-1", Reason: "heard"} }

func (w *town) suspend(reference string) {
	w.Helper()
	w.onApplication(reference, func(c casework.Change, a *eilev1.Application) error {
		return application.Suspend(c, a, nil, nil, ruling())
	})
}

func (w *town) amend(reference string, pairs ...string) {
	w.Helper()
	w.onApplication(reference, func(c casework.Change, a *eilev1.Application) error {
		for _, pair := range pairs {
			w.fact(a, pair)
		}
		return state.Settle(c, a)
	})
}

func (w *town) manual(application, unit string) string {
	w.Helper()
	id := "M-" + w.NewID()
	w.must("offer.create", func(c casework.Change) error {
		return offer.MakeManual(c, &eilev1.Offer{Id: id, Application: application, Unit: unit, Basis: "COURT", Decision: "D-7"}, ruling())
	})
	return id
}

func (w *town) refuse(id string) {
	w.Helper()
	w.onOffer(id, func(c casework.Change, o *eilev1.Offer) error {
		return offer.Refuse(c, o, "location", "", w.today)
	})
}

// run starts the night of today and carries it on.
func (w *town) run() (*eilev1.Run, error) {
	run, err := w.night.Start(w.ctx, w.stamp("run.start"), w.today)
	if err != nil {
		return nil, err
	}
	return w.night.Advance(w.ctx, run.GetId())
}

func (w *town) mustRun() *eilev1.Run {
	w.Helper()
	run, err := w.run()
	if err != nil {
		w.Fatal(err)
	}
	return run
}

// sound checks the register.
func (w *town) sound() {
	w.Helper()
	if err := w.reg.Check(w.ctx, func(fault string) bool { w.Errorf("check: %s", fault); return true }); err != nil {
		w.Fatal(err)
	}
}

// files of the evidence of a run.
func (w *town) files(run string) map[string][]byte {
	w.Helper()
	files := map[string][]byte{}
	err := w.night.Evidence(w.ctx, run, func(file string, piece []byte) error {
		files[file] = append(files[file], piece...)
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return files
}
