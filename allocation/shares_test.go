package allocation

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func count(turns []int, parties int) []uint64 {
	n := make([]uint64, parties)
	for _, i := range turns {
		n[i]++
	}
	return n
}

// The sequence is the list of all quotients w/1, w/3, w/5, … of all parties, largest first.
func TestApportionIsTheDivisorMethod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Uint64Range(0, 20), 1, 5).Draw(t, "weights")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		type quotient struct {
			party   int
			w, over uint64
		}
		var all []quotient
		for i, w := range weights {
			for k := range uint64(n) {
				if w > 0 {
					all = append(all, quotient{i, w, 2*k + 1})
				}
			}
		}
		slices.SortStableFunc(all, func(a, b quotient) int {
			return cmp.Or(cmp.Compare(b.w*a.over, a.w*b.over), cmp.Compare(a.party, b.party))
		})
		var want []int
		for _, q := range all[:min(n, len(all))] {
			want = append(want, q.party)
		}
		if got := Apportion(weights, make([]uint64, len(weights)), n); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// One letting more never takes one from anybody, and it does not matter into which nights the lettings fall.
func TestApportionOverTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Uint64Range(1, 20), 1, 5).Draw(t, "weights")
		nights := rapid.SliceOfN(rapid.IntRange(0, 7), 0, 8).Draw(t, "nights")
		given := make([]uint64, len(weights))
		total := 0
		for _, n := range nights {
			for i, had := range count(Apportion(weights, given, n), len(weights)) {
				given[i] += had
			}
			total += n
		}
		zero := make([]uint64, len(weights))
		if got := count(Apportion(weights, zero, total), len(weights)); !slices.Equal(got, given) {
			t.Fatalf("in one night %v, over several %v", got, given)
		}
		more := count(Apportion(weights, zero, total+1), len(weights))
		for i := range given {
			if more[i] < given[i] {
				t.Fatalf("%d lettings give %v, one more gives %v", total, given, more)
			}
		}
	})
}

// Whoever was passed over because nobody wanted the home has the next turns.
func TestShortageIsCarried(t *testing.T) {
	weights := []uint64{3, 7}
	if i := NextShare(weights, []uint64{0, 10}); i != 0 {
		t.Errorf("after ten lettings to the others it is the turn of %d", i)
	}
	if got := Apportion(weights, []uint64{0, 10}, 4); !slices.Equal(got, []int{0, 0, 0, 0}) {
		t.Errorf("the next four turns are %v", got)
	}
	if i := NextShare([]uint64{0, 0}, []uint64{0, 0}); i != -1 {
		t.Errorf("without weights it is the turn of %d", i)
	}
}
