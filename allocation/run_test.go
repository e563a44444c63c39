package allocation

import (
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// counted passes the households on and counts those asked for.
func counted(households []Household, asked *int) iter.Seq[Household] {
	return func(yield func(Household) bool) {
		for _, h := range households {
			*asked++
			if !yield(h) {
				return
			}
		}
	}
}

// What Run reads suffices: its own outcome passes the verifier, and the whole list gives the same seats.
func TestRunReadsNoMoreThanItNeeds(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		asked := 0
		r, err := Run(Market{Mode: in.Mode, Classes: in.Classes, Groups: in.Groups, Households: counted(in.Households, &asked), Keep: true})
		if err != nil {
			t.Fatal(err)
		}
		if r.Read != asked || len(r.Instance.Households) != asked {
			t.Fatalf("asked for %d, read %d, kept %d", asked, r.Read, len(r.Instance.Households))
		}
		whole := Solve(in)
		for _, a := range whole.Assignments {
			if !slices.ContainsFunc(r.Instance.Households, func(h Household) bool { return h.ID == a.Household }) {
				t.Fatalf("%s is housed but was not read", a.Household)
			}
		}
		short := r.Outcome()
		if !slices.Equal(short.Assignments, whole.Assignments) || !slices.Equal(short.Cutoffs, whole.Cutoffs) || short.MaxSize != whole.MaxSize {
			t.Fatalf("reading %d gave\n%s\nreading all\n%s", r.Read, short.Marshal(), whole.Marshal())
		}
		accept(t, r.Instance, short)
	})
}

// Reading ends with the last home, not with the list.
func TestRunStops(t *testing.T) {
	endless := func(yield func(Household) bool) {
		for i := 0; yield(Household{Accepts: []int32{int32(i % 2), int32((i + 1) % 2)}, Groups: []int32{int32(i % 3)}}); i++ {
		}
	}
	plain := []Class{{ID: "a", Slots: []Slot{{Count: 2}}}, {ID: "b", Slots: []Slot{{Count: 3}}}}
	reserved := []Class{{ID: "a", Slots: []Slot{{Count: 2}, {Count: 2, ReservedFor: "x"}}}, {ID: "b", Slots: []Slot{{Count: 3, ReservedFor: "y"}, {Count: 1}}}}
	for name, m := range map[string]Market{
		"choice":   {Mode: Choice, Classes: plain},
		"reserves": {Mode: Choice, Classes: reserved, Groups: []string{"x", "y", "z"}},
		"fill":     {Mode: Fill, Classes: plain},
		"no homes": {Mode: Fill},
		"nothing":  {Mode: Choice},
	} {
		t.Run(name, func(t *testing.T) {
			m.Households = endless
			r, err := Run(m)
			if err != nil {
				t.Fatal(err)
			}
			homes := 0
			for _, c := range m.Classes {
				homes += c.homes()
			}
			if len(r.Seats) != homes || r.Read > 4*homes {
				t.Errorf("housed %d of %d after reading %d", len(r.Seats), homes, r.Read)
			}
		})
	}
}

// Passing over who accepts shut classes only changes neither the seats nor the certificate.
func TestShutClassesMayBePassedOver(t *testing.T) {
	passed := 0
	everyShape(t, func(t *rapid.T, in Instance) {
		shut := map[int32]bool{}
		m := Market{Mode: in.Mode, Classes: in.Classes, Groups: in.Groups, Keep: true}
		m.Shut = func(c int32) {
			if shut[c] {
				t.Fatalf("class %d is shut twice", c)
			}
			shut[c] = true
		}
		m.Households = func(yield func(Household) bool) {
			for _, h := range in.Households {
				if !slices.ContainsFunc(h.Accepts, func(c int32) bool { return !shut[c] }) {
					passed++
				} else if !yield(h) {
					return
				}
			}
		}
		if slices.ContainsFunc(in.Classes, func(c Class) bool { return c.Order != nil }) {
			m.Households = slices.Values(in.Households)
		}
		r, err := Run(m)
		if err != nil {
			t.Fatal(err)
		}
		got, want := r.Outcome(), Solve(in)
		if !slices.Equal(got.Assignments, want.Assignments) || !slices.Equal(got.Cutoffs, want.Cutoffs) || got.MaxSize != want.MaxSize {
			t.Fatalf("got\n%s\nwant\n%s", got.Marshal(), want.Marshal())
		}
		accept(t, r.Instance, got)
	})
	if passed == 0 {
		t.Error("nobody was passed over")
	}
}

func TestRunRefuses(t *testing.T) {
	many := make([]Slot, 65)
	for i := range many {
		many[i] = Slot{Count: 1, ReservedFor: strings.Repeat("g", i+1)}
	}
	for path, m := range map[string]Market{
		"$.mode":                            {},
		"$.classes[1].slots":                {Mode: Choice, Classes: []Class{{Slots: []Slot{{Count: 1}}}, {}}},
		"$.classes[0].slots[0].count":       {Mode: Choice, Classes: []Class{{Slots: []Slot{{Count: 0}}}}},
		"$.classes[0].slots[1].count":       {Mode: Choice, Classes: []Class{{Slots: []Slot{{Count: 1 << 30}, {Count: 1 << 30}}}}},
		"$.classes[0].order":                {Mode: Fill, Classes: []Class{{Slots: []Slot{{Count: 1}}, Order: []int32{}}}},
		"$.classes[0].slots[0].reserved":    {Mode: Fill, Classes: []Class{{Slots: []Slot{{Count: 1, ReservedFor: "g"}}}}},
		"$.classes[0].slots[64].reserved_f": {Mode: Choice, Classes: []Class{{Slots: many}}},
	} {
		_, err := Run(m)
		if err == nil || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("want a fault at %s, got %v", path, err)
		}
	}
}

// Every household more senior than the last holder of a class and without a home of it has one reason, and the right one.
func TestPassedOver(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		seats, err := in.Seats(Solve(in))
		if err != nil {
			t.Fatal(err)
		}
		at := placed(t, in)
		for c := range int32(len(in.Classes)) {
			var juniors []Seat
			for _, s := range seats {
				if s.Class == c {
					juniors = append(juniors, s)
				}
			}
			var want []int32
			for h := range at {
				if len(juniors) > 0 && at[h] != c && int32(h) < juniors[len(juniors)-1].Household {
					want = append(want, int32(h))
				}
			}
			var got []int32
			for h, why := range in.PassedOver(seats, c) {
				got = append(got, h)
				checkWhy(t, in, h, c, at[h], why)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("class %d: explained %v, should explain %v", c, got, want)
			}
		}
		for h := range int32(len(in.Households)) {
			n := 0
			for c, why := range in.Explain(seats, h) {
				n++
				if why.Housed != (at[h] >= 0) || c == at[h] {
					t.Fatalf("household %d, class %d: %+v", h, c, why)
				}
			}
			if at[h] >= 0 && n != len(in.Classes)-1 || at[h] < 0 && n != len(in.Classes) {
				t.Fatalf("household %d: %d reasons", h, n)
			}
		}
	})
}

func checkWhy(t rapid.TB, in Instance, h, class, at int32, why Why) {
	t.Helper()
	accepts := in.Households[h].Accepts
	listed := in.Classes[class].Order == nil || slices.Contains(in.Classes[class].Order, h)
	likesBetter := at >= 0 && worth(accepts, at) < worth(accepts, class)
	reserved := slices.ContainsFunc(in.Classes[class].Slots, func(s Slot) bool { return s.ReservedFor != "" })
	var right bool
	switch why.Reason {
	case NotSuitable:
		right = !listed || !slices.Contains(accepts, class)
	case PreferredOther:
		right = listed && slices.Contains(accepts, class) && likesBetter
	case PlacedElsewhere:
		right = in.Mode == Fill && at >= 0 && !likesBetter
	case Reserved:
		right = in.Mode == Choice && reserved && listed && !likesBetter
	case Outranked:
		right = in.Mode == Choice && in.Classes[class].Order != nil && listed && !likesBetter
	case NoSuitableClass: // is said of no single class
	}
	if !right {
		t.Fatalf("household %d, class %d: %+v", h, class, why)
	}
}
