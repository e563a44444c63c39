package allocation

import (
	"fmt"
	"io"
	"iter"
	"testing"

	"github.com/eile-housing/eile/allocation/verify"
)

// The sizes are those of the budget: 600 classes are 50 districts, 6 sizes, adapted or not; a household needs one size, small
// more often than large, some need an adapted home, and it wants 1 to 10 districts, some of which are wanted far more than
// others, while the homes are spread evenly. Its wishes are one of 20,000 patterns, as suitability is memoised
// by the caller; which one, and its group, is a hash of its place in the list, so that a list of millions costs nothing.
const (
	districts = 50
	sizes     = 6
	patterns  = 20_000
)

type city struct {
	classes []Class
	groups  []string
	accepts [patterns][]int32
	member  [districts][]int32
}

// mix is splitmix64's finaliser: a cheap hash with no visible pattern.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func classAt(district, size, adapted uint64) int32 { return int32((district*sizes+size)*2 + adapted) }

// newCity spreads the homes over the classes. With local, half of the homes of a class are reserved for its district. With
// unwanted, one class in ten has no district on anybody's list, so that reading never ends before the list.
func newCity(homes int, local, unwanted bool) *city {
	c := &city{}
	counts := make([]int, districts*sizes*2)
	for i := range homes {
		counts[mix(uint64(i))%uint64(len(counts))]++
	}
	index := make([]int32, len(counts)) // of each class among those that have homes, -1 for none
	for d := range uint64(districts) {
		name := fmt.Sprintf("district %d", d)
		c.groups = append(c.groups, name)
		c.member[d] = []int32{int32(d)}
		for s := range uint64(sizes * 2) {
			i := classAt(d, s/2, s%2)
			index[i] = -1
			if counts[i] == 0 {
				continue
			}
			index[i] = int32(len(c.classes))
			slots := []Slot{{Count: counts[i]}}
			if half := counts[i] / 2; local && half > 0 {
				slots = []Slot{{Count: half, ReservedFor: name}, {Count: counts[i] - half}}
			}
			c.classes = append(c.classes, Class{ID: fmt.Sprintf("c%03d", i), Slots: slots})
		}
	}
	wanted := uint64(districts)
	if unwanted {
		wanted = districts * 9 / 10
	}
	for p := range c.accepts {
		x := mix(uint64(p) | 1<<40)
		size, adapted := min(x%sizes, (x>>4)%sizes), (x>>8)%10 == 0
		first, step := (x>>16)%wanted*((x>>40)%wanted)/wanted, 1+(x>>24)%(wanted-1)
		for k := range 1 + (x>>32)%10 {
			d := (first + k*step) % wanted
			if i := index[classAt(d, size, 1)]; i >= 0 {
				c.accepts[p] = appendNew(c.accepts[p], i)
			}
			if i := index[classAt(d, size, 0)]; i >= 0 && !adapted {
				c.accepts[p] = appendNew(c.accepts[p], i)
			}
		}
	}
	return c
}

func appendNew(list []int32, i int32) []int32 {
	for _, other := range list {
		if other == i {
			return list
		}
	}
	return append(list, i)
}

func (c *city) household(i int) Household {
	x := mix(uint64(i) | 1<<50)
	return Household{Accepts: c.accepts[x%patterns], Groups: c.member[(x>>32)%districts]}
}

func (c *city) list(n int) iter.Seq[Household] {
	return func(yield func(Household) bool) {
		for i := range n {
			if !yield(c.household(i)) {
				return
			}
		}
	}
}

func (c *city) market(mode Mode, households int) Market {
	return Market{Mode: mode, Classes: c.classes, Groups: c.groups, Households: c.list(households)}
}

// The budget, with what a prototype took: choice 3 ms (1.0), fill 10 ms (3.6), a full scan 200 ms (109 and 128), half of
// the homes reserved for locals 1 s (1.29 s).
func BenchmarkRun(b *testing.B) {
	for _, c := range []struct {
		name string
		mode Mode
		city *city
	}{
		{"choice", Choice, newCity(5000, false, false)},
		{"fill", Fill, newCity(5000, false, false)},
		{"choice-scans-all", Choice, newCity(5000, false, true)},
		{"fill-scans-all", Fill, newCity(5000, false, true)},
		{"local-half", Choice, newCity(5000, true, false)},
		{"local-half-scans-all", Choice, newCity(5000, true, true)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkRun(b, c.city.market(c.mode, 3_000_000)) })
	}
}

func benchmarkRun(b *testing.B, m Market) {
	b.ReportAllocs()
	var r Result
	for b.Loop() {
		var err error
		if r, err = Run(m); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(r.Read), "read")
	b.ReportMetric(float64(len(r.Seats)), "housed")
}

// How cost grows with the list and with the homes.
func BenchmarkGrowth(b *testing.B) {
	for _, homes := range []int{10, 200, 5000} {
		cities := map[string]*city{"choice": newCity(homes, false, false), "fill": newCity(homes, false, false), "local": newCity(homes, true, false)}
		for _, mode := range []string{"choice", "fill", "local"} {
			for _, n := range []int{10_000, 100_000, 1_000_000, 3_000_000} {
				b.Run(fmt.Sprintf("%s/homes=%d/list=%d", mode, homes, n), func(b *testing.B) {
					how := Choice
					if mode == "fill" {
						how = Fill
					}
					benchmarkRun(b, cities[mode].market(how, n))
				})
			}
		}
	}
}

// The proof, measured apart from the allocation: of a run that has read what it needed.
func BenchmarkCertificate(b *testing.B) {
	for _, c := range []struct {
		name string
		mode Mode
		city *city
		list int
	}{
		{"choice", Choice, newCity(5000, false, false), 3_000_000},
		{"fill", Fill, newCity(5000, false, false), 3_000_000},
		{"local-half", Choice, newCity(5000, true, false), 100_000},
		{"choice-scans-all", Choice, newCity(5000, false, true), 3_000_000},
	} {
		m := c.city.market(c.mode, c.list)
		m.Keep = true
		m.Households = named(m.Households)
		r, err := Run(m)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name+"/keep", func(b *testing.B) { benchmarkRun(b, m) })
		b.Run(c.name+"/max-size", func(b *testing.B) {
			for b.Loop() {
				MaxSize(r.Instance, r.Seats)
			}
		})
		b.Run(c.name+"/certify", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Outcome()
			}
		})
		out := r.Outcome()
		b.Run(c.name+"/write", func(b *testing.B) {
			for b.Loop() {
				n, err := out.WriteTo(io.Discard)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(n)
			}
		})
	}
}

func named(households iter.Seq[Household]) iter.Seq[Household] {
	return func(yield func(Household) bool) {
		i := 0
		for h := range households {
			h.ID = fmt.Sprintf("h%07d", i)
			i++
			if !yield(h) {
				return
			}
		}
	}
}

// Files as an auditor has them: 30,000 households, 1,000 homes.
func BenchmarkFiles(b *testing.B) {
	for name, c := range map[string]struct {
		mode  Mode
		local bool
	}{"choice": {Choice, true}, "fill": {Fill, false}} {
		homes := newCity(1000, c.local, false)
		in := Instance{Mode: c.mode, Classes: homes.classes, Groups: homes.groups}
		for h := range named(homes.list(30_000)) {
			in.Households = append(in.Households, h)
		}
		instance, outcome := in.Marshal(), Solve(in).Marshal()
		b.Run(name+"/parse", func(b *testing.B) {
			b.SetBytes(int64(len(instance)))
			for b.Loop() {
				if _, err := ParseInstance(instance); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/verify", func(b *testing.B) {
			b.SetBytes(int64(len(outcome)))
			for b.Loop() {
				if violations, err := verify.Check(instance, outcome); err != nil || len(violations) > 0 {
					b.Fatal(violations, err)
				}
			}
		})
	}
}
