package need

import (
	"fmt"
	"slices"
	"strings"
)

// sharing is a standard that counts rooms: who has a room alone, and who may share with whom. Ages
// are full years on the day. Two people share when one of two rules lets them: both of the same sex
// and at least sameSexFrom but under sameSexUnder years old, or both under anySexUnder. In each
// standard anySexUnder is at most sameSexUnder, and sameSexFrom is 0 or equal to anySexUnder;
// pairs.go relies on it.
type sharing struct {
	sameSexFrom, sameSexUnder, anySexUnder int
	// room is what is counted, in the singular.
	room string
	// common rooms of the household as a whole.
	common int
	// studio: a person alone needs no bedroom.
	studio bool
	// extras: rooms for disability and for carers, by member attributes.
	extras bool
}

// The standards. Sources are in the package comment.
var standards = []struct {
	name    string
	sharing *sharing
}{
	{"uk-bedroom-standard", &sharing{sameSexUnder: 21, anySexUnder: 10, room: "bedroom"}},
	{"uk-size-criteria", &sharing{sameSexUnder: 16, anySexUnder: 10, room: "bedroom", extras: true}},
	{"canada-nos", &sharing{sameSexUnder: 18, anySexUnder: 5, room: "bedroom", studio: true}},
	{"eurostat-rooms", &sharing{sameSexFrom: 12, sameSexUnder: 18, anySexUnder: 12, room: "room", common: 1}},
	{"lt-area", nil},
}

// Standards names the standards that Of knows.
func Standards() []string {
	names := make([]string, len(standards))
	for i, s := range standards {
		names[i] = s.name
	}
	return names
}

// lookup returns the sharing rules of a standard; nil is lt-area.
func lookup(standard string) (*sharing, error) {
	for i := range standards {
		if standards[i].name == standard {
			return standards[i].sharing, nil
		}
	}
	return nil, fmt.Errorf("there is no need standard %q: use one of %s", standard, strings.Join(Standards(), ", "))
}

// thresholds are the ages at which one who lives in the household changes from one rule to another.
func (s *sharing) thresholds() []int {
	if s == nil {
		return nil
	}
	ages := []int{s.anySexUnder, s.sameSexUnder}
	slices.Sort(ages)
	return ages
}
