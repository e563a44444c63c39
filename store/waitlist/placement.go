package waitlist

import (
	"fmt"
	"strings"
)

// MaxKey is the most bytes an order key may have, its reference included.
const MaxKey = 1 << 16

// A Placement is the place of one application: where it waits and in what order. Status is the
// caller's and opaque here.
type Placement struct {
	Reference string
	List      string
	Class     string // the need class
	Key       string // the order key; ends with 0x00 and the reference
	Status    uint8
	OutOfTurn bool
}

// Check tells why an index would refuse the placement. A writer asks before it commits, since an
// index cannot refuse what is committed.
func (p Placement) Check() error {
	switch {
	case p.Reference == "" || strings.IndexByte(p.Reference, 0) >= 0:
		return fmt.Errorf("placement %q: a reference has at least one byte and no 0x00", p.Reference)
	case len(p.Key) > MaxKey:
		return fmt.Errorf("placement %s: the order key has %d bytes, at most %d may be", p.Reference, len(p.Key), MaxKey)
	case Reference(p.Key) != p.Reference || len(p.Key) == len(p.Reference):
		return fmt.Errorf("placement %s: the order key %q does not end with 0x00 and the reference", p.Reference, p.Key)
	}
	return nil
}

// Reference returns the reference that an order key ends with. It shares the key's memory.
func Reference(key string) string { return key[strings.LastIndexByte(key, 0)+1:] }

// A Change puts a placement, in the place of the one that its reference had, or removes the one of
// its reference.
type Change struct {
	Placement
	Remove bool // only Reference is read
}

// A Position is the answer to "where am I", all of it read at one revision. Counts of those waiting
// include the asker.
type Position struct {
	List, Class    string
	Status         uint8
	OutOfTurn      bool
	Ahead          int // placements of the list before this one
	AheadOutOfTurn int // those of them that are out of turn
	Waiting        int // placements of the list
	ClassAhead     int // placements of the list and class before this one
	ClassWaiting   int // placements of the list and class
	Revision       uint64
}

// A Page is a run of a list in legal order.
type Page struct {
	First      int // how many of the list are before the first placement of the page
	Waiting    int
	Placements []Placement
	Revision   uint64
}

// A Count says how many wait on a list.
type Count struct {
	List      string
	Waiting   int
	OutOfTurn int
	Classes   []ClassCount // those that anybody waits in, by name
}

// A ClassCount says how many of a list wait in one need class.
type ClassCount struct {
	Class   string
	Waiting int
}
