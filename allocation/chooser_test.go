package allocation

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// chooseByTrial is the choice of a class by the words of its definition, with every subset and every seating tried. It
// returns the slot of each household that is chosen.
func chooseByTrial(in Instance, c int32, from []int32) map[int32]int {
	class := in.Classes[c]
	rank := func(h int32) int {
		if class.Order == nil {
			return int(h)
		}
		return slices.Index(class.Order, h)
	}
	left := slices.DeleteFunc(slices.Clone(from), func(h int32) bool { return rank(h) < 0 })
	slices.SortFunc(left, func(a, b int32) int { return cmp.Compare(rank(a), rank(b)) })
	chosen := map[int32]int{}
	for first, end := 0, 0; first < len(class.Slots); first = end {
		end = first + 1
		for class.Slots[first].ReservedFor != "" && end < len(class.Slots) && class.Slots[end].ReservedFor != "" {
			end++
		}
		var seats []int // the slot of each seat
		for i := first; i < end; i++ {
			seats = append(seats, slices.Repeat([]int{i}, class.Slots[i].Count)...)
		}
		members := bestMembers(in, class, left, seats)
		var rest []int32
		for _, h := range left {
			if !slices.Contains(members, h) {
				rest = append(rest, h)
			}
		}
		others := rest[:min(len(rest), len(seats)-len(members))]
		seated := slices.DeleteFunc(slices.Clone(left), func(h int32) bool {
			return !slices.Contains(members, h) && !slices.Contains(others, h)
		})
		maps.Copy(chosen, lowest(in, class, seated, members, seats))
		left = rest[len(others):]
	}
	return chosen
}

// bestMembers tries every subset of the people, in class order, and returns the one that is best in that order among those
// whose members can all sit at a seat of a group of theirs.
func bestMembers(in Instance, class Class, people []int32, seats []int) (best []int32) {
	var bestMask uint
	for mask := range uint(1) << len(people) {
		var some []int32
		var key uint // the more senior, the higher the bit
		for i, h := range people {
			if mask&(1<<i) != 0 {
				some = append(some, h)
				key |= 1 << (len(people) - 1 - i)
			}
		}
		if key > bestMask && len(lowest(in, class, some, some, seats)) == len(some) {
			best, bestMask = some, key
		}
	}
	return best
}

// lowest tries every seating and returns the first one, by the slot of the first person, then of the second, and so on; nil
// if there is none.
func lowest(in Instance, class Class, people, members []int32, seats []int) map[int32]int {
	if len(people) == 0 {
		return map[int32]int{}
	}
	h := people[0]
	for i, slot := range seats {
		if i > 0 && seats[i-1] == slot {
			continue
		}
		group := class.Slots[slot].ReservedFor
		if slices.Contains(members, h) && (group == "" || !in.member(h, group)) {
			continue
		}
		if others := lowest(in, class, people[1:], members, slices.Delete(slices.Clone(seats), i, i+1)); others != nil {
			others[h] = slot
			return others
		}
	}
	return nil
}

func TestClassChoosesByDefinition(t *testing.T) {
	one := shape{mode: Choice, households: 7, classes: 1, groups: 3, slots: 4, count: 2, reserves: true, orders: true}
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t, one)
		var from []int32
		for h, household := range in.Households {
			if len(household.Accepts) > 0 {
				from = append(from, int32(h))
			}
		}
		want := chooseByTrial(in, 0, from)
		got := map[int32]int{}
		seats, _ := deferredAcceptance(in.Classes, in.Groups, slices.Values(in.Households), nil)
		for _, s := range seats {
			got[s.Household] = int(s.Slot)
		}
		if !maps.Equal(got, want) {
			t.Fatalf("got %v, want %v\n%s", got, want, in.Marshal())
		}
	})
}
