package eiletest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/check"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// T is what tests, benchmarks and properties have in common.
type T interface {
	Helper()
	Cleanup(func())
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// Seed of the draw of every policy in a world.
const Seed = "seed"

// World is a register under one policy. It is for one goroutine, but for what a
// rulebook answers; a test sets Today and Actor between two changes.
type World struct {
	T
	DB       kv.DB
	Register *store.Register
	Today    day.Day
	Actor    string // of the changes that the test makes

	inForce atomic.Pointer[casework.Rules] // without a day; a run in the background asks for it
	ids     atomic.Int64
	ticks   atomic.Int64
	end     func()
}

// New is a world on an empty register in memory, with the policy in force, on
// 2025-06-02. It is checked and ends with the test.
func New(t T, text string) *World {
	t.Helper()
	w := Bare(t, text)
	w.Activate(text)
	return w
}

// Bare is a New world in which no policy is in force yet: what is tested puts the
// policy in force, with the Seed.
func Bare(t T, text string) *World {
	t.Helper()
	w := Open(t, memkv.New(memkv.Options{RerunClosures: true}), text, Day(t, "2025-06-02"))
	w.endWithTest()
	return w
}

// Open is a world on a store that the test closes, whose register has the policy
// in force or gets it by Activate. It is not checked by itself.
func Open(t T, db kv.DB, text string, today day.Day) *World {
	t.Helper()
	register, err := store.Open(t.Context(), db, make([]byte, audit.SaltBytes))
	if err != nil {
		t.Fatal(err)
	}
	w := &World{T: t, DB: db, Register: register, Today: today, Actor: "tester", end: func() {}}
	w.use(text)
	return w
}

// use makes a policy the one that the world goes by.
func (w *World) use(text string) {
	w.Helper()
	policy := Load(w, text)
	w.inForce.Store(&casework.Rules{Policy: policy, Evaluator: policy.Evaluator(Seed), Seed: Seed})
}

// endWithTest checks the world and closes its store when the test ends.
func (w *World) endWithTest() {
	w.end = sync.OnceFunc(func() {
		w.Helper()
		w.sound(context.Background())
		if err := w.DB.Close(); err != nil {
			w.Errorf("close the store: %v", err)
		}
	})
	w.Cleanup(w.end)
}

// End checks the world and closes its store before the test ends.
func (w *World) End() {
	w.Helper()
	w.end()
}

// Sound checks everything that the register derives.
func (w *World) Sound() {
	w.Helper()
	w.sound(w.Context())
}

func (w *World) sound(ctx context.Context) {
	w.Helper()
	err := check.Register(ctx, w.Register, func(fault string) bool {
		w.Errorf("check: %s", fault)
		return true
	})
	if err != nil {
		w.Errorf("check: %v", err)
	}
}

// Copied is the world on a copy of its store, as after a kill. Closures run once
// there, so that the commits of two copies can be counted.
func (w *World) Copied() *World {
	w.Helper()
	var backup bytes.Buffer
	if err := w.DB.Backup(w.Context(), &backup); err != nil {
		w.Fatal(err)
	}
	db, err := memkv.Restore(&backup, memkv.Options{})
	if err != nil {
		w.Fatal(err)
	}
	other := w.On(db)
	other.endWithTest()
	return other
}

// On is the same world on another store, whose register has the same policy in
// force. The test closes the store.
func (w *World) On(db kv.DB) *World {
	w.Helper()
	register, err := store.Open(w.Context(), db, make([]byte, audit.SaltBytes))
	if err != nil {
		w.Fatal(err)
	}
	other := &World{T: w.T, DB: db, Register: register, Today: w.Today, Actor: w.Actor, end: func() {}}
	other.inForce.Store(w.inForce.Load())
	other.ids.Store(w.ids.Load() + 1_000_000)
	other.ticks.Store(w.ticks.Load())
	return other
}

// Bytes of the whole store, to be compared.
func (w *World) Bytes() string {
	w.Helper()
	var all strings.Builder
	err := w.DB.View(w.Context(), func(r kv.Reader) error {
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

// Rules of a day; there is always a policy in force.
func (w *World) Rules(on day.Day) (casework.Rules, error) { return w.rulesOn(on), nil }

// InForce are the rules of today.
func (w *World) InForce() casework.Rules { return w.rulesOn(w.Today) }

func (w *World) rulesOn(on day.Day) casework.Rules {
	rules := *w.inForce.Load()
	rules.Today = on
	return rules
}

// Now is a moment of the morning of today. It never stands still.
func (w *World) Now() time.Time {
	year, month, dayOfMonth := w.Today.Date()
	morning := time.Date(year, month, dayOfMonth, 8, 0, 0, 0, time.UTC)
	return morning.Add(time.Duration(w.ticks.Add(1)) * time.Millisecond)
}

// NewID returns an id that is unique in the world and in its copies.
func (w *World) NewID() string { return fmt.Sprintf("%08d", w.ids.Add(1)) }

// Stamp is for a change that the test makes.
func (w *World) Stamp(action string) store.Stamp {
	return store.Stamp{Now: w.Now(), ID: w.NewID(), Actor: w.Actor, Action: action}
}
