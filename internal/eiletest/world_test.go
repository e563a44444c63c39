package eiletest_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// told is a test that hears of failures and does not fail.
type told struct {
	*testing.T
	failures []string
	cleanups []func()
}

func (f *told) Errorf(format string, _ ...any) { f.failures = append(f.failures, format) }
func (f *told) Cleanup(fn func())              { f.cleanups = append(f.cleanups, fn) }

// A world whose register is not sound fails its test at the end, unasked.
func TestAWorldIsCheckedAtItsEnd(t *testing.T) {
	for name, harm := range map[string]func(w *eiletest.World){
		"": func(*eiletest.World) {},
		"check": func(w *eiletest.World) {
			eiletest.MustOn(w, "harm", store.Applications, "A-1", func(c casework.Change, stored *eilev1.Application) error {
				stored.OpenOffer = "none"
				return store.Applications.Put(c.Tx, "A-1", stored)
			})
		},
	} {
		listener := &told{T: t}
		harm(eiletest.Waiting(listener, "strict"))
		for _, cleanup := range listener.cleanups {
			cleanup()
		}
		if got := strings.Join(listener.failures, "; "); (got == "") != (name == "") || !strings.Contains(got, name) {
			t.Errorf("%q: it fails for %q", name, got)
		}
	}
}

// A copy is the same register, goes on with other ids, and ends by itself.
func TestACopyIsTheSame(t *testing.T) {
	w, id := eiletest.Opened(t, "strict")
	copied := w.Copied()
	if copied.Bytes() != w.Bytes() {
		t.Error("a copy is another register")
	}
	copied.Accept(id)
	copied.End()
	w.Is("A-1", "WAITING")
	if w.NewID() == copied.NewID() {
		t.Error("a copy gives the same ids")
	}
	if first, then := w.Now(), w.Now(); !then.After(first) {
		t.Errorf("the clock stands still at %v", then)
	}
}
