package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/living"
)

// TestFreezeAmongWriters: records and list of a freeze are of one revision,
// whatever is written meanwhile, and stay so.
func TestFreezeAmongWriters(t *testing.T) {
	stores(t, func(t *testing.T, o *office) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var group sync.WaitGroup
		for w := range 6 {
			writer := &office{tester: o.tester, Register: o.Register, now: o.now, ids: 100_000 * (w + 1)}
			group.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					_, _, err := o.Update(t.Context(), writer.stamp("settle"), func(tx *Tx) error {
						p := place(fmt.Sprintf("A-%d", i%11), []string{"general", "other"}[(i+w)%2], "2", fmt.Sprintf("%d", (i*7+w)%10))
						unit := &eilev1.Unit{Reference: fmt.Sprintf("U-%d", w), Status: []eilev1.UnitStatus{vacant, let}[i%2]}
						return errors.Join(settle(tx, p), tx.PutUnit(unit))
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 150 {
			err := o.Freeze(t.Context(), func(v *View, frozen living.Frozen) error { return consistent(v, frozen) })
			if err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		group.Wait()
		o.alike()
	})
}

// TestWritesGoOnWhileFrozen: a night takes its time, and nobody waits for it.
func TestWritesGoOnWhileFrozen(t *testing.T) {
	stores(t, func(t *testing.T, o *office) {
		o.settle(place("A-1", "general", "2", "1"))
		err := o.Freeze(t.Context(), func(_ *View, frozen living.Frozen) error {
			written := make(chan bool)
			go func() {
				defer close(written)
				o.settle(place("A-2", "general", "2", "2"))
			}()
			<-written
			if order := references(frozen.Frozen, "general"); !slices.Equal(order, []string{"A-1"}) {
				t.Errorf("frozen order is %q", order)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// consistent compares a frozen list with the records of its view.
func consistent(v *View, frozen living.Frozen) error {
	placed := map[string]*eilev1.Placement{}
	for entry, err := range Applications.All(v, "", "") {
		if err != nil {
			return err
		}
		p, _, err := FindPlacement(v, entry.ID)
		if err != nil {
			return err
		}
		placed[entry.ID] = p
	}
	want := orders(placed)
	for _, list := range []string{"general", "other"} {
		if got := references(frozen.Frozen, list); !slices.Equal(got, want[list]) {
			return fmt.Errorf("list %s at revision %d is %q, the records say %q", list, v.Revision(), got, want[list])
		}
	}
	var empty []string
	for entry, err := range Units.All(v, "", "") {
		if err != nil {
			return err
		}
		if entry.Record.GetStatus() == vacant {
			empty = append(empty, entry.ID)
		}
	}
	if !slices.Equal(empty, frozen.Vacant) {
		return fmt.Errorf("vacant are %q, the records say %q", frozen.Vacant, empty)
	}
	return nil
}

// TestReadersAcrossPolicyChanges: a reader sees the order of one policy or of the
// next, and always everybody.
func TestReadersAcrossPolicyChanges(t *testing.T) {
	stores(t, func(t *testing.T, o *office) {
		forward := []string{"A-1", "A-2", "A-3", "A-4", "A-5"}
		backward := slices.Clone(forward)
		slices.Reverse(backward)
		for _, reference := range forward {
			o.settle(place(reference, "general", "2", reference))
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				for ctx.Err() == nil {
					var order []string
					for _, placement := range o.List().Queue("general", 0, 10).Placements {
						order = append(order, placement.Reference)
					}
					if !slices.Equal(order, forward) && !slices.Equal(order, backward) {
						t.Errorf("a reader sees %q", order)
					}
				}
			})
		}
		group.Go(func() {
			for ctx.Err() == nil {
				err := o.Freeze(t.Context(), func(v *View, frozen living.Frozen) error {
					order := references(frozen.Frozen, "general")
					if back := v.Policy().GetVersion() == "back"; back != slices.Equal(order, backward) || !back && !slices.Equal(order, forward) {
						t.Errorf("under policy %v the order is %q", v.Policy(), order)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		for i := range 12 {
			change := o.policyChange()
			policy, order := &eilev1.PolicyName{Name: "drawn", Version: "back"}, backward
			if i%2 == 1 {
				policy, order = &eilev1.PolicyName{Name: "drawn", Version: "forth"}, forward
			}
			ranked := o.rank(change, order...)
			if i%3 == 2 {
				if err := change.GiveUp(t.Context()); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), policy, ranked, none); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		group.Wait()
		o.alike()
	})
}
