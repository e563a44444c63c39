package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/living"
)

// TestLateStamps: clocks are read when a request comes in. However stamps and
// commits cross, the history of each application ends with what is in force.
func TestLateStamps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := openOffice(t, newMemory())
		type past struct {
			at    time.Time
			order []string
		}
		var pasts []past
		for i := range rapid.IntRange(1, 12).Draw(t, "changes") {
			stamp := o.stamp("application.settle")
			stamp.Now = opening.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "offset")) * time.Second)
			reference := rapid.SampledFrom([]string{"A-1", "A-2", "A-3"}).Draw(t, "reference")
			p := place(reference, "general", "2", fmt.Sprintf("%d-%02d", rapid.IntRange(0, 9).Draw(t, "key"), i))
			var at time.Time
			_, _, err := o.Update(o.Context(), stamp, func(tx *Tx) error {
				at = tx.Now()
				return settle(tx, p)
			})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(pasts); n > 0 && !at.After(pasts[n-1].at) {
				t.Errorf("moment %v is not after %v", at, pasts[n-1].at)
			}
			pasts = append(pasts, past{at, o.order(o.Register, "general")})
			if rapid.IntRange(0, 4).Draw(t, "restart") == 0 {
				o = o.restarted()
			}
		}
		for _, p := range pasts {
			if replayed := o.replayed(p.at, "general"); !slices.Equal(replayed, p.order) {
				t.Errorf("as of %v the order is %q, it was %q", p.at, replayed, p.order)
			}
		}
		o.sound(o.Register)
	})
}

// replayed is the order of a list at a moment.
func (o *office) replayed(at time.Time, list string) (order []string) {
	o.Helper()
	last := map[string]*eilev1.Placement{}
	o.look(func(v *View) error {
		for moved, err := range v.Placements(at) {
			if err != nil {
				return err
			}
			last[moved.After.GetReference()] = moved.After
		}
		return nil
	})
	for _, p := range last {
		if living.Stands(p) && p.GetList() == list {
			order = append(order, string(p.GetOrderKey())+"\x00"+p.GetReference())
		}
	}
	slices.Sort(order)
	for i, key := range order {
		order[i] = key[len(key)-len("A-1"):]
	}
	return order
}

// TestConcurrentChangesOfOneApplication: whoever comes first, history and list
// agree.
func TestConcurrentChangesOfOneApplication(t *testing.T) {
	stores(t, func(t *testing.T, o *office) {
		var group sync.WaitGroup
		for i := range 64 {
			stamp := o.stamp("application.settle")
			group.Go(func() {
				_, _, err := o.Update(t.Context(), stamp, func(tx *Tx) error {
					return settle(tx, place("A-1", "general", "2", fmt.Sprintf("%03d", i)))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		o.alike()
	})
}
