package store

import (
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history"
)

// TestPastAt: whatever happened since, through imports and policies, a
// revision shows the placements that it showed then.
func TestPastAt(t *testing.T) {
	o := newOffice(t)
	references := []string{"A-1", "A-2", "A-3", "A-4", "A-5"}
	shown := map[uint64]map[string]*eilev1.Placement{}
	remember := func() {
		t.Helper()
		o.look(func(v *View) error {
			shown[v.Revision()] = map[string]*eilev1.Placement{}
			for _, reference := range references {
				placement, ok, err := FindPlacement(v, reference)
				if err != nil {
					return err
				}
				if ok {
					shown[v.Revision()][reference] = placement
				}
			}
			return nil
		})
	}
	step := func(fn func()) {
		t.Helper()
		fn()
		remember()
	}
	step(func() { o.settle(place("A-1", "general", "2", "1")) })
	step(func() { o.settle(place("A-2", "general", "2", "2")) })
	step(func() { o.settle(place("A-2", "other", "1", "3")) })
	im := o.begin("import")
	step(func() { o.write(im, 0, o.imported(im, "A-3", "A-4")) })
	step(func() { o.settle(place("A-1", "general", "3", "1")) }) // another suitability
	step(func() { o.decide(im) })
	step(func() {
		held := place("A-3", "general", "2", "A-3")
		held.Import, held.Status = "import", onHold
		o.change("hold", func(tx *Tx) error { return tx.Place(held) })
	})
	step(func() {
		change := o.policyChange()
		ranked := o.rank(change, "A-2", "A-1", "A-3", "A-4")
		if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, none); err != nil {
			t.Fatal(err)
		}
	})
	step(func() { o.settle(place("A-5", "general", "2", "0005")) })
	step(func() { o.settle(place("A-1", "general", "2", "0009")) })
	o.look(func(v *View) error {
		for revision, want := range shown {
			got := map[string]*eilev1.Placement{}
			err := v.PastAt(revision, func(past *history.Past) error {
				for _, reference := range references {
					placement, ok, err := past.Placement(reference)
					if err != nil {
						return err
					}
					if ok {
						got[reference] = placement
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			if !maps.EqualFunc(got, want, func(a, b *eilev1.Placement) bool { return proto.Equal(a, b) }) {
				t.Errorf("at revision %d:\ngot  %v\nwant %v", revision, got, want)
			}
		}
		return nil
	})
	if revisions := slices.Sorted(maps.Keys(shown)); len(revisions) != 10 {
		t.Errorf("%d revisions were held against what they showed", len(revisions))
	}
	// The records follow, as after every policy change.
	remember()
	for _, placement := range shown[uint64(o.db.Revision())] {
		o.settle(proto.CloneOf(placement))
	}
}
