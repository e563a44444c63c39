package plan

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// world is a small city: who waits in which class of which list at which place
// in the legal order, and the claims that join them now.
type world struct {
	waiting []stander
	claims  []claim
	paces   map[string]pace
}

// stander is somebody in the queue of a class.
type stander struct {
	list, place int    // in the legal order of the list
	class       string // of need
	claim       int    // index of claims, or -1
	joined      int    // order of joining at one place
}

func drawWorld(t *rapid.T) world {
	w := world{paces: map[string]pace{}}
	classes := []string{"1", "2"}
	for _, class := range classes {
		w.paces[class] = pace{lettings: rapid.IntRange(0, 20).Draw(t, "lettings"), share: rapid.SampledFrom([]int{100, 50, 7}).Draw(t, "share")}
	}
	for i := range rapid.IntRange(0, 10).Draw(t, "waiting") {
		w.waiting = append(w.waiting, stander{
			list: rapid.IntRange(0, 1).Draw(t, "list"), place: 10 * i, class: rapid.SampledFrom(classes).Draw(t, "class"), claim: -1,
		})
	}
	// A claim made now joins before the ordinary or after everybody.
	joins := rapid.SampledFrom([]int{29, 1000}).Draw(t, "joins at")
	for rank := range rapid.IntRange(0, 8).Draw(t, "claims") {
		c := claim{rank: rank + 1, list: rapid.IntRange(0, 1).Draw(t, "claim's list"), class: rapid.SampledFrom(classes).Draw(t, "claim's class")}
		c.open = rapid.IntRange(0, 3).Draw(t, "open") == 0
		s := stander{list: c.list, place: joins, class: c.class, claim: rank, joined: rank}
		if c.open {
			s.place = 10*rapid.IntRange(0, 9).Draw(t, "stands at") + 1 + rank
			w.waiting = append(w.waiting, s)
		}
		w.claims = append(w.claims, c)
	}
	for i := range w.claims {
		c, at := &w.claims[i], joins
		if j := slices.IndexFunc(w.waiting, func(s stander) bool { return s.claim == i }); j >= 0 {
			at = w.waiting[j].place
		}
		for _, s := range w.waiting {
			if s.class != c.class || s.claim == i {
				continue
			}
			if s.list == c.list && s.place < at {
				c.aheadOwn++
			}
			if s.list < c.list || s.list == c.list && s.place < at {
				c.ahead++
			}
		}
	}
	for i, c := range w.claims {
		if !c.open {
			w.waiting = append(w.waiting, stander{list: c.list, place: joins, class: c.class, claim: i, joined: i})
		}
	}
	return w
}

// lived plays the months one by one: homes become free as evenly as the year
// before, each goes to the first of the queue. It answers the month in which each
// claim is met.
func (w world) lived(months int) map[int]int {
	met := map[int]int{}
	for class, p := range w.paces {
		var queue []stander
		for _, s := range w.waiting {
			if s.class == class {
				queue = append(queue, s)
			}
		}
		slices.SortStableFunc(queue, func(a, b stander) int {
			return cmp.Or(cmp.Compare(a.list, b.list), cmp.Compare(a.place, b.place), cmp.Compare(a.joined, b.joined))
		})
		free := 0 // in hundredths of a twelfth of a home
		for month := 1; month <= months; month++ {
			free += p.lettings * p.share
			for ; free >= 1200 && len(queue) > 0; free -= 1200 {
				if queue[0].claim >= 0 {
					met[queue[0].claim] = month
				}
				queue = queue[1:]
			}
		}
	}
	return met
}

// A home is given up in the very month in which its household is served when
// the months are lived one by one: never earlier.
func TestPlanIsNeverFasterThanVacancies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		const horizon = 6000
		met := w.lived(horizon)
		for i, month := range schedule(w.claims, w.paces) {
			if month != met[i] {
				t.Fatalf("claim %+v is planned for month %d and met in month %d of\n%+v", w.claims[i], month, met[i], w)
			}
		}
	})
}

// The places that those who wait are pushed back are those of the queue with the
// claims and without.
func TestEffectsAreThoseOfTheQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		var crowds []crowd
		count := map[string]int{}
		for _, s := range w.waiting {
			if s.claim < 0 || w.claims[s.claim].open {
				count[fmt.Sprint(s.list, " ", s.class)]++
			}
		}
		for list := range 2 {
			for _, class := range []string{"1", "2"} {
				if n := count[fmt.Sprint(list, " ", class)]; n > 0 {
					crowds = append(crowds, crowd{list, class, n})
				}
			}
		}
		got := map[string][2]int{}
		for _, e := range effects(crowds, w.claims) {
			got[fmt.Sprint(e.list, " ", e.class)] = [2]int{e.behind, e.places}
		}
		want := map[string][2]int{}
		for _, s := range w.waiting {
			if s.claim >= 0 && !w.claims[s.claim].open {
				continue
			}
			pushed := 0
			for _, other := range w.waiting {
				before := other.list < s.list || other.list == s.list && other.place < s.place
				if other.claim >= 0 && !w.claims[other.claim].open && other.class == s.class && before {
					pushed++
				}
			}
			if pushed > 0 {
				key := fmt.Sprint(s.list, " ", s.class)
				want[key] = [2]int{want[key][0] + 1, max(want[key][1], pushed)}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("behind and places %v, want %v", got, want)
		}
	})
}

func TestPace(t *testing.T) {
	for _, c := range []struct{ lettings, share, place, month int }{
		{12, 100, 1, 1}, {12, 100, 12, 12}, {1, 100, 1, 12}, {1, 100, 2, 24}, {5, 100, 1, 3}, {5, 100, 5, 12}, {24, 50, 2, 2}, {0, 100, 1, 0}, {100, 1, 1, 12},
	} {
		if got := (pace{c.lettings, c.share}).month(c.place); got != c.month {
			t.Errorf("%+v: month %d", c, got)
		}
	}
}
