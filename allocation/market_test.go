package allocation

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/allocation/verify"
)

// shape bounds what draw makes.
type shape struct {
	mode                        Mode
	households, classes, groups int
	slots, count                int
	reserves, orders            bool
}

var (
	choiceShape = shape{mode: Choice, households: 12, classes: 4, groups: 3, slots: 4, count: 2, reserves: true, orders: true}
	commonShape = shape{mode: Choice, households: 12, classes: 4, groups: 3, slots: 4, count: 2, reserves: true}
	plainShape  = shape{mode: Choice, households: 12, classes: 5, slots: 2, count: 2}
	fillShape   = shape{mode: Fill, households: 12, classes: 5, slots: 2, count: 2}
)

// draw makes a random instance. Ids are not in the order of the indices, so that nothing may lean on that.
func draw(t *rapid.T, s shape) Instance {
	in := Instance{Mode: s.mode}
	for g := range s.groups {
		in.Groups = append(in.Groups, fmt.Sprintf("g%d", g))
	}
	n := rapid.IntRange(0, s.households).Draw(t, "households")
	classes := rapid.IntRange(1, s.classes).Draw(t, "classes")
	for i := range n {
		h := Household{ID: fmt.Sprintf("h%d", (i*7+3)%101)}
		h.Accepts = drawSome(t, classes, "accepts")
		h.Groups = drawSome(t, s.groups, "groups")
		in.Households = append(in.Households, h)
	}
	for c := range classes {
		class := Class{ID: fmt.Sprintf("c%d", (c*5+2)%53)}
		for range rapid.IntRange(1, s.slots).Draw(t, "slots") {
			slot := Slot{Count: rapid.IntRange(1, s.count).Draw(t, "count")}
			if s.reserves && rapid.IntRange(0, 2).Draw(t, "reserved") > 0 {
				slot.ReservedFor = in.Groups[rapid.IntRange(0, s.groups-1).Draw(t, "group")]
			}
			class.Slots = append(class.Slots, slot)
		}
		if s.orders && rapid.Bool().Draw(t, "own order") {
			class.Order = drawSome(t, n, "order")
		}
		in.Classes = append(in.Classes, class)
	}
	return in
}

// drawSome draws some of the numbers below n, in any order; never nil.
func drawSome(t *rapid.T, n int, label string) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	if n == 0 {
		return all
	}
	all = rapid.Permutation(all).Draw(t, label)
	return slices.Clone(all[:rapid.IntRange(0, n).Draw(t, label+" length")])
}

var shapes = map[string]shape{"choice": choiceShape, "common": commonShape, "plain": plainShape, "fill": fillShape}

// everyShape runs a property on every shape.
func everyShape(t *testing.T, property func(*rapid.T, Instance)) {
	for name, s := range shapes {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, draw(t, s)) })
		})
	}
}

func TestVerifyAcceptsWhatSolveFinds(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		accept(t, in, Solve(in))
	})
}

// accept fails the test if the verifier finds anything wrong.
func accept(t rapid.TB, in Instance, out Outcome) {
	t.Helper()
	violations, err := verify.Check(in.Marshal(), out.Marshal())
	if err != nil {
		t.Fatalf("verify: %v\n%s\n%s", err, in.Marshal(), out.Marshal())
	}
	if len(violations) > 0 {
		t.Fatalf("verify: %q\n%s\n%s", violations, in.Marshal(), out.Marshal())
	}
}

func TestParseReadsWhatMarshalWrites(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		written := in.Marshal()
		again, err := ParseInstance(written)
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Marshal(); string(got) != string(written) {
			t.Fatalf("wrote\n%s\nread\n%s", written, got)
		}
		out := Solve(in).Marshal()
		if got := Solve(again).Marshal(); string(got) != string(out) {
			t.Fatalf("solved\n%s\nand then\n%s", out, got)
		}
		parsed, err := ParseOutcome(out)
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed.Marshal(); string(got) != string(out) {
			t.Fatalf("wrote\n%s\nread\n%s", out, got)
		}
	})
}
