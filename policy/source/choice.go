package source

import (
	"slices"
	"strings"
)

// Choice returns one of the allowed values, the first when the key is absent.
func (f *Faults) Choice(t Text, allowed ...string) string {
	if !t.Set() {
		return allowed[0]
	}
	if !slices.Contains(allowed, t.Text) {
		f.Add(t.Position, "%q is not one of %s", Clip(t.Text), strings.Trim(strings.Join(allowed, ", "), ", "))
	}
	return t.Text
}

// Between returns a small number within bounds; an absent one is the least.
func (f *Faults) Between(n Number, low, high int64) int {
	if !n.Set() {
		return int(low)
	}
	if n.Int < low || n.Int > high {
		f.Add(n.Position, "%d is not between %d and %d", n.Int, low, high)
		return int(low)
	}
	return int(n.Int)
}

// Names are those under which a file says where its rules were read.
type Names []string

// NamesOf are the names of the sources of a file.
func NamesOf(list []Named[Text]) Names {
	var names Names
	for _, s := range list {
		names = append(names, s.Name.Text)
	}
	return names
}

// Check refuses a source that is not named and a certainty that is none of the three.
func (n Names) Check(f *Faults, named, certainty Text) {
	if named.Set() && !slices.Contains(n, named.Text) {
		f.Add(named.Position, "the source %q is not under sources", Clip(named.Text))
	}
	if certainty.Set() && !slices.Contains([]string{"S", "D", "U"}, certainty.Text) {
		f.Add(certainty.Position, "certainty is S (stated), D (derived) or U (uncertain), not %q", Clip(certainty.Text))
	}
}
