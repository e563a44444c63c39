package allocation

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/allocation/verify"
)

// mutations change a true outcome into a false one. Each returns false where the outcome gives it nothing to change.
var mutations = map[string]func(*rapid.T, Instance, *Outcome) bool{
	"swap two": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, j, ok := drawTwo(t, len(out.Assignments))
		if !ok || out.Assignments[i].Class == out.Assignments[j].Class && out.Assignments[i].Slot == out.Assignments[j].Slot {
			return false
		}
		a, b := &out.Assignments[i], &out.Assignments[j]
		a.Class, b.Class = b.Class, a.Class
		a.Slot, b.Slot = b.Slot, a.Slot
		return true
	},
	"swap their places": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, j, ok := drawTwo(t, len(out.Assignments))
		if ok {
			out.Assignments[i], out.Assignments[j] = out.Assignments[j], out.Assignments[i]
		}
		return ok
	},
	"swap the places of the unhoused": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, j, ok := drawTwo(t, len(out.Unhoused))
		if ok {
			out.Unhoused[i], out.Unhoused[j] = out.Unhoused[j], out.Unhoused[i]
		}
		return ok
	},
	"drop one": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Assignments))
		if ok {
			out.Assignments = slices.Delete(out.Assignments, i, i+1)
		}
		return ok
	},
	"say one twice": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Assignments))
		if ok {
			out.Assignments = slices.Insert(out.Assignments, i, out.Assignments[i])
		}
		return ok
	},
	"drop an unhoused one": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Unhoused))
		if ok {
			out.Unhoused = slices.Delete(out.Unhoused, i, i+1)
		}
		return ok
	},
	"say an unhoused one twice": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Unhoused))
		if ok {
			out.Unhoused = append(out.Unhoused, out.Unhoused[i])
		}
		return ok
	},
	"waste a home": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Assignments))
		if ok {
			out.Unhoused = append(out.Unhoused, Unhoused{Household: out.Assignments[i].Household, Reason: Outranked})
			out.Assignments = slices.Delete(out.Assignments, i, i+1)
			out.Size--
		}
		return ok
	},
	"house another": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, some := drawOne(t, len(out.Assignments))
		j, others := drawOne(t, len(out.Unhoused))
		if some && others {
			out.Assignments[i].Household, out.Unhoused[j].Household = out.Unhoused[j].Household, out.Assignments[i].Household
		}
		return some && others
	},
	"house a stranger": func(t *rapid.T, in Instance, out *Outcome) bool {
		out.Assignments = append(out.Assignments, Assignment{Household: "stranger", Class: in.Classes[0].ID})
		return true
	},
	"move a slot": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Assignments))
		if ok {
			out.Assignments[i].Slot++
		}
		return ok
	},
	"fake a reason": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Unhoused))
		if ok {
			reasons := []Reason{NoSuitableClass, Reserved, Outranked, NotSuitable}
			out.Unhoused[i].Reason = reasons[(slices.Index(reasons, out.Unhoused[i].Reason)+rapid.IntRange(1, 3).Draw(t, "by"))%4]
		}
		return ok
	},
	"fake a cutoff": func(t *rapid.T, in Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Cutoffs))
		h, _ := drawOne(t, len(in.Households))
		if !ok || out.Cutoffs[i].Household == in.Households[h].ID {
			return false
		}
		out.Cutoffs[i].Household = in.Households[h].ID
		return true
	},
	"hide a cutoff": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Cutoffs))
		if ok {
			out.Cutoffs = slices.Delete(out.Cutoffs, i, i+1)
		}
		return ok
	},
	"make up a cutoff": func(t *rapid.T, in Instance, out *Outcome) bool {
		h, ok := drawOne(t, len(in.Households))
		c, _ := drawOne(t, len(in.Classes))
		if ok {
			out.Cutoffs = append(out.Cutoffs, Cutoff{Class: in.Classes[c].ID, Household: in.Households[h].ID})
		}
		return ok
	},
	"fake the size": func(_ *rapid.T, _ Instance, out *Outcome) bool {
		out.Size++
		return true
	},
	"fake the largest size": func(t *rapid.T, _ Instance, out *Outcome) bool {
		out.MaxSize += rapid.SampledFrom([]int{-1, 1}).Draw(t, "by")
		return true
	},
	"fake a rival": func(t *rapid.T, in Instance, out *Outcome) bool {
		i, ok := drawViolator(t, out)
		h, _ := drawOne(t, len(in.Households))
		id := ""
		if ok {
			id = in.Households[h].ID
		}
		if !ok || slices.Contains(out.Unhoused[i].Violator.Rivals, id) {
			return false
		}
		v := *out.Unhoused[i].Violator
		v.Rivals = append([]string{id}, v.Rivals...)
		out.Unhoused[i].Violator = &v
		return true
	},
	"hide a rival": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawViolator(t, out)
		if ok {
			v := *out.Unhoused[i].Violator
			v.Rivals = v.Rivals[1:]
			out.Unhoused[i].Violator = &v
		}
		return ok
	},
	"hide a class of a violator": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawViolator(t, out)
		if ok {
			v := *out.Unhoused[i].Violator
			v.Classes = v.Classes[1:]
			out.Unhoused[i].Violator = &v
		}
		return ok
	},
	"hide a violator": func(t *rapid.T, _ Instance, out *Outcome) bool {
		i, ok := drawViolator(t, out)
		if ok {
			out.Unhoused[i].Violator = nil
		}
		return ok
	},
	"make up a violator": func(t *rapid.T, in Instance, out *Outcome) bool {
		i, ok := drawOne(t, len(out.Unhoused))
		if !ok || out.Unhoused[i].Violator != nil {
			return false
		}
		out.Unhoused[i].Violator = &Violator{Rivals: []string{in.Households[0].ID}, Classes: []string{in.Classes[0].ID}}
		return true
	},
}

func drawOne(t *rapid.T, n int) (int, bool) {
	if n == 0 {
		return 0, false
	}
	return rapid.IntRange(0, n-1).Draw(t, "one"), true
}

func drawTwo(t *rapid.T, n int) (i, j int, ok bool) {
	if n < 2 {
		return 0, 0, false
	}
	i = rapid.IntRange(0, n-2).Draw(t, "first")
	return i, rapid.IntRange(i+1, n-1).Draw(t, "second"), true
}

func drawViolator(t *rapid.T, out *Outcome) (int, bool) {
	var with []int
	for i, u := range out.Unhoused {
		if u.Violator != nil {
			with = append(with, i)
		}
	}
	i, ok := drawOne(t, len(with))
	if !ok {
		return 0, false
	}
	return with[i], true
}

func TestVerifyCatchesEveryMutation(t *testing.T) {
	for name, mutate := range mutations {
		t.Run(name, func(t *testing.T) {
			caught := 0
			for _, s := range shapes {
				rapid.Check(t, func(t *rapid.T) {
					in := draw(t, s)
					out := Solve(in)
					if mutate(t, in, &out) {
						refuse(t, in, out)
						caught++
					}
				})
			}
			if caught == 0 {
				t.Error("no instance gave it anything to change")
			}
		})
	}
}

// refuse fails the test if the verifier finds nothing wrong.
func refuse(t *rapid.T, in Instance, out Outcome) {
	violations, err := verify.Check(in.Marshal(), out.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if len(violations) == 0 {
		t.Fatalf("not caught:\n%s\n%s", in.Marshal(), out.Marshal())
	}
}

// The true outcome of another instance, one that differs in a single fact, passes only where it is the same outcome.
func TestVerifyCatchesANeighboursOutcome(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		out := Solve(in)
		for i, other := range neighbours(t, in) {
			if theirs := Solve(other); string(theirs.Marshal()) != string(out.Marshal()) {
				refuse(t, in, theirs)
			} else if violations, err := verify.Check(other.Marshal(), out.Marshal()); err != nil || len(violations) > 0 {
				t.Fatalf("neighbour %d: %q, %v", i, violations, err)
			}
		}
	})
}

func neighbours(t *rapid.T, in Instance) []Instance {
	c := rapid.IntRange(0, len(in.Classes)-1).Draw(t, "class")
	more := clone(in)
	more.Classes[c].Slots[0].Count++
	all := []Instance{more}
	if in.Mode == Choice {
		open := clone(in)
		open.Classes[c].Slots[0].ReservedFor = ""
		common := clone(in)
		common.Classes[c].Order = nil
		all = append(all, open, common)
	}
	if len(in.Households) > 1 {
		h := rapid.IntRange(1, len(in.Households)-1).Draw(t, "household")
		list := clone(in)
		list.Households[h].Accepts = drawSome(t, len(in.Classes), "other accepts")
		all = append(all, promoted(in, h), without(in, h), list)
	}
	return all
}

// A file that is not an instance or an outcome is an error, not a violation.
func TestVerifyCannotRead(t *testing.T) {
	for i, pair := range [][2]string{
		{"", exampleOutcome},
		{exampleInstance, ""},
		{exampleInstance, exampleOutcome + "x"},
		{exampleInstance, exampleInstance},
		{exampleOutcome, exampleOutcome},
		{exampleInstance, fmt.Sprintf("%q", exampleOutcome)},
	} {
		if violations, err := verify.Check([]byte(pair[0]), []byte(pair[1])); err == nil {
			t.Errorf("pair %d: read, with violations %q", i, violations)
		}
	}
	if violations, err := verify.Check([]byte(exampleInstance), []byte(`{"format": "eile/outcome/v1"}`)); err != nil || len(violations) == 0 {
		t.Errorf("an empty outcome: violations %q, error %v", violations, err)
	}
}
