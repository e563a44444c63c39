package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

var seals = Kind[eilev1.AuditSeal, *eilev1.AuditSeal]{layout.Seal, "audit seal"}

// sealedOnce fails unless every audit entry is in one seal.
func (o *office) sealedOnce() {
	o.Helper()
	count := map[string]int{}
	for _, key := range o.keys(layout.Audit) {
		count[key[len(layout.Audit):]] = 0
	}
	o.look(func(v *View) error {
		for entry, err := range seals.All(v, "", "") {
			if err != nil {
				return err
			}
			for _, link := range entry.Record.GetEntries() {
				count[link.GetId()]++
			}
		}
		return nil
	})
	for id, n := range count {
		if n != 1 {
			o.Errorf("audit entry %q is in %d seals", id, n)
		}
	}
	o.sound(o.Register)
}

// TestSealsAcrossRestarts: however changes, seals and kills follow each other,
// and whatever the clocks say, each entry is sealed once and in order.
func TestSealsAcrossRestarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := openOffice(t, newMemory())
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"change", "change", "late change", "seal", "seal ahead", "restart"}), 1, 20)
		for i, step := range steps.Draw(t, "steps") {
			stamp, ahead := o.stamp("settle"), time.Duration(0)
			switch step {
			case "late change":
				stamp.Now = stamp.Now.Add(-30 * 24 * time.Hour)
			case "seal ahead":
				ahead = 30 * 24 * time.Hour
			}
			switch step {
			case "restart":
				o = o.restarted()
			case "seal", "seal ahead":
				if _, err := o.Seal(t.Context(), o.now.Add(ahead)); err != nil {
					t.Fatal(err)
				}
			default:
				_, _, err := o.Update(t.Context(), stamp, func(tx *Tx) error { return settle(tx, place(fmt.Sprintf("A-%d", i), "general", "2", "k")) })
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := o.restarted().Seal(t.Context(), o.now); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Seal(t.Context(), o.now); err != nil {
			t.Fatal(err)
		}
		o.sealedOnce()
		if n, err := o.Seal(t.Context(), o.now); n != 0 || err != nil {
			t.Errorf("sealed %d again, %v", n, err)
		}
	})
}

// TestSealIsInterrupted: what does not fit one seal goes on after a restart.
func TestSealIsInterrupted(t *testing.T) {
	o := openOffice(t, newMemory())
	const long, many = 900, audit.SealBytes/(audit.LinkBytes+900) + 100 // ids as long as a key may be
	for range many {
		stamp := o.stamp("note")
		stamp.ID += strings.Repeat("i", long-len(stamp.ID))
		_, _, err := o.Update(t.Context(), stamp, func(tx *Tx) error { return Decisions.Put(tx, "d", &eilev1.Decision{Id: tx.ID()}) })
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.db.Follow(func(commit kv.Commit) {
		if layout.Begins(commit.Writes[0].Key, layout.Seal) {
			cancel()
		}
	})
	n, err := o.Seal(ctx, o.now)
	if !errors.Is(err, context.Canceled) || n == 0 || n >= many {
		t.Fatalf("sealed %d of %d, %v", n, many, err)
	}
	again := o.restarted()
	if _, err := again.Seal(t.Context(), o.now); err != nil {
		t.Fatal(err)
	}
	again.sealedOnce()
	if _, err := o.Seal(t.Context(), o.now); err != nil {
		t.Fatal(err)
	}
	o.sealedOnce()
}

// TestSealingConcurrently: two who seal at once make one chain.
func TestSealingConcurrently(t *testing.T) {
	o := openOffice(t, newMemory())
	var group sync.WaitGroup
	for w := range 4 {
		writer := &office{tester: o.tester, Register: o.Register, now: o.now, ids: 1000 * (w + 1)}
		group.Go(func() {
			for i := range 50 {
				_, _, err := o.Update(t.Context(), writer.stamp("settle"), func(tx *Tx) error {
					return settle(tx, place(fmt.Sprintf("A-%d-%d", w, i), "general", "2", "k"))
				})
				_, failure := o.Seal(t.Context(), opening)
				if err := errors.Join(err, failure); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	o.sealedOnce()
}
