package store

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/waitlist"
)

// order is the references of a list in legal order.
func (o *office) order(r *Register, list string) []string {
	o.Helper()
	var order []string
	err := r.Freeze(o.Context(), func(_ *View, frozen living.Frozen) error {
		order = references(frozen.Frozen, list)
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return order
}

func references(frozen *waitlist.Frozen, list string) (order []string) {
	keys, _ := frozen.List(list)
	for key := range keys {
		order = append(order, waitlist.Reference(key))
	}
	return order
}

// portrait is all that a list knows, in words that do not depend on how it came
// to know it.
func (o *office) portrait(r *Register) string {
	o.Helper()
	var text bytes.Buffer
	err := r.Freeze(o.Context(), func(v *View, frozen living.Frozen) error {
		suits := map[uint32]string{}
		for _, list := range frozen.Lists() {
			keys, count := frozen.List(list)
			fmt.Fprintf(&text, "list %s of %d\n", list, count)
			for key := range keys {
				position, _ := r.List().Position(waitlist.Reference(key))
				position.Revision = 0
				placement, _, err := FindPlacement(v, waitlist.Reference(key))
				if err != nil {
					return err
				}
				mark := living.MarkOf(key)
				if known, ok := suits[mark.Pattern]; ok && known != string(placement.GetSuitability()) || int(mark.Pattern) >= frozen.Patterns {
					fmt.Fprintf(&text, "pattern %d of %d is both %q and %q\n", mark.Pattern, frozen.Patterns, known, placement.GetSuitability())
				}
				suits[mark.Pattern] = string(placement.GetSuitability())
				fmt.Fprintf(&text, "  %s %s open=%t %+v\n", waitlist.Reference(key), placement.GetSuitability(), mark.OpenOffer, position)
			}
		}
		fmt.Fprintf(&text, "vacant %q flagged %d\n", frozen.Vacant, frozen.Flagged)
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	for _, list := range []string{"general", "other"} {
		for day := range int32(12) {
			fmt.Fprintf(&text, "housed %s since %d: %d\n", list, day, r.List().HousedSince(list, day))
		}
	}
	states := r.List().UnitCounts()
	for _, state := range slices.SortedFunc(func(yield func(living.UnitState) bool) {
		for state := range states {
			if !yield(state) {
				return
			}
		}
	}, func(a, b living.UnitState) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Condition, b.Condition))
	}) {
		fmt.Fprintf(&text, "%d homes %v %v\n", states[state], state.Status, state.Condition)
	}
	return text.String()
}

// alike fails unless the living list is what a restart makes of the store.
func (o *office) alike() {
	o.Helper()
	again := o.restarted()
	defer again.end()
	if live, rebuilt := o.portrait(o.Register), again.portrait(again.Register); live != rebuilt {
		o.Errorf("the living list differs from the rebuilt one\nliving:\n%s\nrebuilt:\n%s", live, rebuilt)
	}
	again.sound(again.Register)
}
