package market

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// homes are those of a night in classes: homes of one class are alike for the
// rules and stand in one district. A home that some household may not be offered
// again is a class of its own.
type homes struct {
	classes []*class
	count   int
}

// class of homes, in order of reference.
type class struct {
	id       string
	key      string
	units    []string
	sample   *eilev1.Unit
	soft     string   // the group that goes first
	turns    []turn   // of its homes, how many are a share's
	released bool     // what the group of its earmark leaves goes to others
	barred   []string // applications that may not have it
}

// turn is how many homes of a class are one share's.
type turn struct {
	reserve string
	homes   int
}

// sorted puts the homes of a night into classes, in the order of their first home.
func sorted(night *Night) *homes {
	h := &homes{}
	byKey := map[string]*class{}
	for _, home := range night.Homes {
		key := night.homeKey(home.Unit)
		if len(home.Barred) > 0 {
			key += "\x00" + home.Unit.GetReference()
		}
		c := byKey[key]
		if c == nil {
			c = h.open(key, home.Unit)
			c.barred = home.Barred
			c.soft, c.released = earmark(night.policy(), home.Unit)
			byKey[key] = c
		}
		c.units = append(c.units, home.Unit.GetReference())
		h.count++
	}
	return h
}

// open adds a class that has no homes yet.
func (h *homes) open(key string, sample *eilev1.Unit) *class {
	c := &class{id: fmt.Sprintf("c%d", len(h.classes)+1), key: key, sample: sample}
	h.classes = append(h.classes, c)
	return c
}

// homeKey is equal for homes that are alike for the rules and stand in one
// district.
func (n *Night) homeKey(unit *eilev1.Unit) string {
	return n.Rules.UnitKey(unit, n.Today) + "\x00" + unit.GetDistrict()
}

// earmark says what the earmark of a home means: a group that goes first, or one
// that releases what it leaves. A hard one is expressed by suitability alone.
func earmark(rules *policy.Policy, unit *eilev1.Unit) (soft string, released bool) {
	for _, reserve := range rules.Reserves {
		if reserve.Code == unit.GetEarmark() {
			switch reserve.Strict {
			case policy.SoftReserve:
				return reserve.Code, false
			case policy.ReleasedReserve:
				return "", true
			case policy.HardReserve:
			}
		}
	}
	return "", false
}

// left are the released homes that the first round gave to nobody, kept for
// nobody. They keep the ids of their classes.
func (h *homes) left(seats []allocation.Seat) *homes {
	given := make([]int, len(h.classes))
	for _, s := range seats {
		given[s.Class]++
	}
	return h.rest(given, func(c *class) bool { return c.released })
}

// rest are the homes of some classes that were given to nobody. Those that are
// released are kept for nobody.
func (h *homes) rest(given []int, of func(*class) bool) *homes {
	rest := &homes{}
	for i, c := range h.classes {
		if !of(c) || given[i] == len(c.units) {
			continue
		}
		free := *c
		free.units = c.units[given[i]:]
		if c.released {
			free.sample = proto.CloneOf(c.sample)
			free.sample.Earmark = ""
		}
		rest.classes = append(rest.classes, &free)
		rest.count += len(free.units)
	}
	return rest
}

// wish is how much a household wants a district: its place among the wanted
// ones, or after them all.
func wish(districts []string, district string) int {
	if at := slices.Index(districts, district); at >= 0 {
		return at
	}
	return len(districts)
}

// ranked orders the classes that suit by the wanted districts.
func (h *homes) ranked(suitable []int32, districts []string) []int32 {
	wanted := slices.Clone(suitable)
	slices.SortStableFunc(wanted, func(a, b int32) int {
		return wish(districts, h.classes[a].sample.GetDistrict()) - wish(districts, h.classes[b].sample.GetDistrict())
	})
	return wanted
}
