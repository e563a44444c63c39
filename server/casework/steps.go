package casework

import (
	"fmt"

	"github.com/eile-housing/eile/proto/spell"
)

// Step is one way in which the state of a record changes. A record that is new
// has the state 0.
type Step[S State] struct {
	From  S
	Event string
	To    S
}

// Steps are all ways in which the state of one noun changes: no function sets a
// state without taking one of them.
type Steps[S State] struct {
	Noun string
	All  []Step[S]
}

// Take returns the state to which an event leads a record. That it leads to none
// is a fault of the program: what may stand against a change is asked before.
func (s Steps[S]) Take(id string, from S, event string) (S, error) {
	for _, step := range s.All {
		if step.From == from && step.Event == event {
			return step.To, nil
		}
	}
	return from, fmt.Errorf("%s %s: no step %q leads from %s", s.Noun, id, event, spell.Name(from))
}
