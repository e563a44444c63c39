package layer

import (
	"cmp"
	"strings"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Placed is where an application stood.
type Placed struct {
	Reference, List, Class string
	// Key is the order of one who waits, and ends with 0x00 and the reference.
	Key       string
	Status    eilev1.ApplicationStatus
	OutOfTurn bool
	HousedOn  int32 // in days since 1970-01-01; 0: not housed

	Entry int64 // the moment of the entry of the history that says so, in microseconds

	kept bool // on hold or suspended: the place is kept, and Key is its order
}

// PlacedOf is where a placement says that its application stood, and the moment of
// the entry of the history that has it.
func PlacedOf(p *eilev1.Placement, entry time.Time) Placed {
	placed := Placed{
		Reference: p.GetReference(), List: p.GetList(), Class: p.GetNeedClass(), Status: p.GetStatus(),
		OutOfTurn: p.GetOutOfTurn(), HousedOn: p.GetHousedOn(), Entry: entry.UnixMicro(),
	}
	switch p.GetStatus() {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD, eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED:
		placed.kept = p.GetPlaced()
	default:
	}
	if placed.stands() {
		placed.Key = KeyOf(p)
	}
	return placed
}

// KeyOf is the order of a placement on its list: the reference decides what the rules
// leave equal.
func KeyOf(p *eilev1.Placement) string { return string(p.GetOrderKey()) + "\x00" + p.GetReference() }

// Waits tells whether the application had a place on its list.
func (p Placed) Waits() bool {
	return p.Status == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
}

// stands tells whether the application had a place, or one that was kept for it.
func (p Placed) stands() bool { return p.Waits() || p.kept }

// queue is where the place is written: those that are kept stand apart from those
// that wait.
func (p Placed) queue() string {
	if p.kept {
		return keptOf(p.List)
	}
	return p.List
}

// keptOf names the places of a list that are kept. No list has such a name.
func keptOf(list string) string { return list + keptEnding }

const keptEnding = "\x00kept"

// ListOf is the list of a queue, and whether the queue is of the places that are kept.
func ListOf(queue string) (list string, kept bool) { return strings.CutSuffix(queue, keptEnding) }

// Place is a place on a list that a layer has, by 1, or takes away, by -1, from
// what lies under it.
type Place struct {
	Key, Class string
	OutOfTurn  bool

	by int
}

// Home is what is counted of a home, since a moment.
type Home struct {
	Reference string
	Status    eilev1.UnitStatus
	Condition eilev1.ConditionState
	LeftStock bool
	Since     time.Time
}

// Counted tells whether the home was part of the stock.
func (h Home) Counted() bool {
	return h.Status != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && !h.LeftStock
}

// Vacant tells whether a home of the stock stood vacant.
func (h Home) Vacant() bool {
	return h.Status == eilev1.UnitStatus_UNIT_STATUS_VACANT && h.Counted()
}

// row is what a layer has in order.
type row[T any] interface {
	name() string
	compare(T) int
	// over joins the row with one of the same place in a layer below; void tells
	// that nothing is left.
	over(below T) T
	void() bool
	// append writes all but the name, which read is given.
	append(to []byte, names *names) []byte
	read(from *bytesLeft, name string, names []string) T
}

func (p Placed) name() string             { return p.Reference }
func (p Placed) compare(other Placed) int { return strings.Compare(p.Reference, other.Reference) }
func (p Placed) over(Placed) Placed       { return p }
func (p Placed) void() bool               { return false }
func (s Place) name() string              { return s.Key }
func (s Place) void() bool                { return s.by == 0 }
func (h Home) name() string               { return h.Reference }
func (h Home) compare(other Home) int     { return strings.Compare(h.Reference, other.Reference) }
func (h Home) over(Home) Home             { return h }
func (h Home) void() bool                 { return false }
func (s Place) over(below Place) Place    { s.by += below.by; return s }
func (s Place) compare(other Place) int {
	return cmp.Or(strings.Compare(s.Key, other.Key), strings.Compare(s.Class, other.Class), int(bit(s.OutOfTurn))-int(bit(other.OutOfTurn)))
}

func bit(is bool) uint64 {
	if is {
		return 1
	}
	return 0
}

func (p Placed) append(to []byte, names *names) []byte {
	to = appendNumber(to, names.of(p.List))
	to = appendNumber(to, names.of(p.Class))
	to = appendNumber(to, uint64(p.Status)<<2|bit(p.kept)<<1|bit(p.OutOfTurn))
	to = appendSigned(to, int64(p.HousedOn))
	to = appendSigned(to, p.Entry)
	return appendText(to, strings.TrimSuffix(p.Key, "\x00"+p.Reference))
}

func (Placed) read(from *bytesLeft, name string, names []string) Placed {
	p := Placed{Reference: name, List: from.named(names), Class: from.named(names)}
	status := from.number()
	p.Status, p.kept, p.OutOfTurn = eilev1.ApplicationStatus(status>>2), status&2 != 0, status&1 != 0
	p.HousedOn, p.Entry = int32(from.signed()), from.signed()
	key := from.text()
	if p.stands() {
		p.Key = string(key) + "\x00" + name
	}
	return p
}

func (s Place) append(to []byte, names *names) []byte {
	to = appendNumber(to, names.of(s.Class))
	return appendNumber(to, bit(s.OutOfTurn)|bit(s.by < 0)<<1)
}

func (Place) read(from *bytesLeft, name string, names []string) Place {
	s := Place{Key: name, Class: from.named(names), by: 1}
	flags := from.number()
	s.OutOfTurn = flags&1 != 0
	if flags&2 != 0 {
		s.by = -1
	}
	return s
}

func (h Home) append(to []byte, _ *names) []byte {
	to = appendNumber(to, uint64(h.Status))
	to = appendNumber(to, uint64(h.Condition)<<1|bit(h.LeftStock))
	return appendSigned(to, h.Since.UnixMicro())
}

func (Home) read(from *bytesLeft, name string, _ []string) Home {
	h := Home{Reference: name, Status: eilev1.UnitStatus(from.number())}
	condition := from.number()
	h.Condition, h.LeftStock = eilev1.ConditionState(condition>>1), condition&1 != 0
	h.Since = time.UnixMicro(from.signed()).UTC()
	return h
}
