package allocation

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// vector is what the files of instances from the literature have in common; each kind fills other fields.
type vector struct {
	Kind       string
	Applicants map[string][]string
	Expected   map[string]json.RawMessage

	// two-sided
	Priorities       map[string][]string
	PrioritiesBefore map[string][]string `json:"priorities_before"`
	PrioritiesAfter  map[string][]string `json:"priorities_after"`
	Capacity         map[string]int

	// common-priority
	PriorityOrder []string `json:"priority_order"`
	Compatible    map[string][]string

	// apportionment
	Shares []uint64
}

func readVector(t *testing.T, name string) vector {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "vectors", "theory", name+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the folder of instances from the literature is not beside the project: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// expect decodes one of the stated results; an applicant who gets nothing is null there.
func expect[T any](t *testing.T, v vector, key string) (want T) {
	t.Helper()
	if err := json.Unmarshal(v.Expected[key], &want); err != nil {
		t.Fatalf("expected.%s: %v", key, err)
	}
	return want
}

// written is the format of an instance, as the conversion of the vectors needs it.
type written struct {
	Format     string             `json:"format"`
	Mode       Mode               `json:"mode"`
	Households []writtenHousehold `json:"households"`
	Classes    []writtenClass     `json:"classes"`
}

type writtenHousehold struct {
	ID      string   `json:"id"`
	Accepts []string `json:"accepts"`
	Groups  []string `json:"groups"`
}

type writtenClass struct {
	ID    string        `json:"id"`
	Slots []writtenSlot `json:"slots"`
	Order []string      `json:"order,omitempty"`
}

type writtenSlot struct {
	Count       int    `json:"count"`
	ReservedFor string `json:"reserved_for,omitempty"`
}

// solve reads the instance as eile solve would, and has the verifier accept the outcome.
func solve(t *testing.T, w written) Outcome {
	t.Helper()
	w.Format = InstanceFormat
	for i := range w.Households {
		w.Households[i].Groups = append([]string{}, w.Households[i].Groups...)
	}
	data, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	in, err := ParseInstance(data)
	if err != nil {
		t.Fatal(err)
	}
	out := Solve(in)
	accept(t, in, out)
	return out
}

func homes(out Outcome) map[string]string {
	got := map[string]string{}
	for _, a := range out.Assignments {
		got[a.Household] = a.Class
	}
	return got
}

// agrees compares with a stated result, in which null stands for nothing.
func agrees(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	maps.DeleteFunc(want, func(_, class string) bool { return class == "" })
	if !maps.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// twoSided makes an instance with an order for each class; the legal order, which then matters to nobody, is by name.
func twoSided(applicants, priorities map[string][]string, capacity map[string]int) written {
	w := written{Mode: Choice}
	for _, id := range slices.Sorted(maps.Keys(applicants)) {
		w.Households = append(w.Households, writtenHousehold{ID: id, Accepts: applicants[id]})
	}
	for _, id := range slices.Sorted(maps.Keys(priorities)) {
		w.Classes = append(w.Classes, writtenClass{ID: id, Slots: []writtenSlot{{Count: cmp.Or(capacity[id], 1)}}, Order: priorities[id]})
	}
	return w
}

func TestTheoryTwoSided(t *testing.T) {
	for name, key := range map[string]string{
		"01-gale-shapley-1962-ex1":                     "applicant_optimal",
		"03-abdulkadiroglu-sonmez-2003-da-inefficient": "da",
		"05-roth-sotomayor-college-4-stable":           "applicant_optimal",
	} {
		t.Run(name, func(t *testing.T) {
			v := readVector(t, name)
			agrees(t, name, homes(solve(t, twoSided(v.Applicants, v.Priorities, v.Capacity))), expect[map[string]string](t, v, key))
		})
	}
	t.Run("16", func(t *testing.T) {
		v := readVector(t, "16-improved-priority-hurts-unit-proposing")
		agrees(t, "before", homes(solve(t, twoSided(v.Applicants, v.PrioritiesBefore, nil))),
			expect[map[string]string](t, v, "applicant_proposing_before"))
		agrees(t, "after", homes(solve(t, twoSided(v.Applicants, v.PrioritiesAfter, nil))),
			expect[map[string]string](t, v, "applicant_proposing_after"))
	})
}

// commonPriority makes an instance of single homes in one legal order.
func commonPriority(mode Mode, order []string, accepts map[string][]string) written {
	w := written{Mode: mode}
	units := map[string]bool{}
	for _, id := range order {
		w.Households = append(w.Households, writtenHousehold{ID: id, Accepts: accepts[id]})
		for _, u := range accepts[id] {
			units[u] = true
		}
	}
	for _, u := range slices.Sorted(maps.Keys(units)) {
		w.Classes = append(w.Classes, writtenClass{ID: u, Slots: []writtenSlot{{Count: 1}}})
	}
	return w
}

func TestTheoryCommonPriority(t *testing.T) {
	for _, c := range []struct{ name, choice, fill string }{
		{"08-greedy-unit-by-unit-wasteful", "serial_dictatorship", "priority_matching"},
		{"10-choice-vs-no-empty-unit", "serial_dictatorship", "senior_first_max"},
		{"21-three-objectives-disagree", "serial_dictatorship", "senior_first_max"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := readVector(t, c.name)
			agrees(t, "choice", homes(solve(t, commonPriority(Choice, v.PriorityOrder, v.Applicants))), expect[map[string]string](t, v, c.choice))
			agrees(t, "fill", homes(solve(t, commonPriority(Fill, v.PriorityOrder, v.Applicants))), expect[map[string]string](t, v, c.fill))
		})
	}
	t.Run("10 truncated", func(t *testing.T) {
		v := readVector(t, "10-choice-vs-no-empty-unit")
		truncated := maps.Clone(v.Applicants)
		truncated["a"] = []string{"u1"}
		out := solve(t, commonPriority(Fill, v.PriorityOrder, truncated))
		agrees(t, "fill", homes(out), expect[map[string]map[string]string](t, v, "if_a_reports_only_u1")["senior_first_max"])
		if whole := solve(t, commonPriority(Choice, v.PriorityOrder, v.Applicants)); whole.Size != expect[int](t, v, "sd_housed") ||
			whole.MaxSize != expect[int](t, v, "max_housed") {
			t.Errorf("size %d of at most %d", whole.Size, whole.MaxSize)
		}
	})
	t.Run("20", func(t *testing.T) {
		v := readVector(t, "20-priority-matching-senior-set")
		out := solve(t, commonPriority(Fill, v.PriorityOrder, v.Compatible))
		if got := slices.Sorted(maps.Keys(homes(out))); !slices.Equal(got, expect[[]string](t, v, "housed")) {
			t.Errorf("housed %v", got)
		}
		want := expect[struct{ Households, Units []string }](t, v, "hall_violator")
		u := out.Unhoused[0]
		if len(out.Unhoused) != 1 || !slices.Equal(append(u.Violator.Rivals, u.Household), want.Households) || !slices.Equal(u.Violator.Classes, want.Units) {
			t.Errorf("unhoused %+v, violator %+v", out.Unhoused, u.Violator)
		}
	})
}

// oneClass makes an instance of one class with slots for groups, each of its members listed.
func oneClass(order []string, groups map[string][]string, slots ...writtenSlot) written {
	w := written{Mode: Choice, Classes: []writtenClass{{ID: "c", Slots: slots}}}
	for _, id := range order {
		w.Households = append(w.Households, writtenHousehold{ID: id, Accepts: []string{"c"}, Groups: groups[id]})
	}
	return w
}

func slotsOf(out Outcome) map[string]int {
	got := map[string]int{}
	for _, a := range out.Assignments {
		got[a.Household] = a.Slot
	}
	return got
}

func TestTheoryReserves(t *testing.T) {
	t.Run("12", func(t *testing.T) {
		v := readVector(t, "12-india-sci-akg-vs-2smg")
		want := expect[map[string][]string](t, v, "two_step_minimum_guarantee")
		// The women's minimum of the open category is served before its other seat, the reserved category last.
		got := slotsOf(solve(t, oneClass([]string{"m1", "m2", "mS", "wS", "wG"},
			map[string][]string{"mS": {"SC"}, "wS": {"SC", "women"}, "wG": {"women"}},
			writtenSlot{1, "women"}, writtenSlot{1, ""}, writtenSlot{1, "SC"})))
		if wanted := map[string]int{want["open"][1]: 0, want["open"][0]: 1, want["SC"][0]: 2}; !maps.Equal(got, wanted) {
			t.Errorf("got %v, want %v", got, wanted)
		}
	})
	t.Run("13", func(t *testing.T) {
		v := readVector(t, "13-overlapping-reserves-greedy-fails")
		groups := map[string][]string{"i1": {"w", "d"}, "i2": {"w"}}
		for _, slots := range [][]writtenSlot{{{1, "w"}, {1, "d"}}, {{1, "d"}, {1, "w"}}} {
			got := map[string]string{}
			for id, slot := range slotsOf(solve(t, oneClass([]string{"x", "i1", "i2"}, groups, slots...))) {
				got[id] = slots[slot].ReservedFor
			}
			agrees(t, "seats", got, expect[map[string]string](t, v, "meritorious_horizontal"))
		}
	})
	t.Run("14b", func(t *testing.T) {
		v := readVector(t, "14b-precedence-order-small")
		groups := map[string][]string{"r1": {"r"}, "r2": {"r"}}
		for key, slots := range map[string][]writtenSlot{"reserved_first": {{1, "r"}, {1, ""}}, "open_first": {{1, ""}, {1, "r"}}} {
			got := map[string]string{}
			for id, slot := range slotsOf(solve(t, oneClass([]string{"r1", "n1", "r2", "n2"}, groups, slots...))) {
				got[map[string]string{"r": "reserved", "": "open"}[slots[slot].ReservedFor]] = id
			}
			agrees(t, key, got, expect[map[string]string](t, v, key))
		}
	})
}

func TestTheoryShares(t *testing.T) {
	v := readVector(t, "15-alabama-paradox-reserved-shares")
	for n, key := range map[int]string{10: "n10", 11: "n11"} {
		if got, want := count(Apportion(v.Shares, make([]uint64, 3), n), 3), expect[[]uint64](t, v, key); !slices.Equal(got, want) {
			t.Errorf("%d lettings: got %v, want %v", n, got, want)
		}
	}
	var got []string
	for _, i := range Apportion(v.Shares, make([]uint64, 3), 14) {
		got = append(got, string(rune('A'+i)))
	}
	if want := expect[[]string](t, v, "sequence_first_14"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
