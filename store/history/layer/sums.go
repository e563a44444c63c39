package layer

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Kind of what is counted.
type Kind uint8

// What is counted up to a moment. Came and Left are counted from the beginning, so
// that those of a period are the difference of two moments.
const (
	Came      Kind = iota + 1 // to a list: Number is the status before, FromNone or FromList
	Left                      // a list: Number is the status after, or FromList
	InStatus                  // applications: Number is the status
	Waiting                   // by list and class
	Housed                    // by list, class and day: Number is in days since 1970-01-01
	HomesCame                 // to the stock: Number is 1 for a home whose lease goes on after all
	HomesLeft                 // the stock: Number is the status after, or LeaseOver
	VacantFor                 // microseconds that homes stood vacant, until something of them changed
	Offered                   // offers made
	Refused                   // by reason, in Class, and day of the answer: Number is in days since 1970-01-01
	Missed                    // offers to which nobody came, by day
)

// Numbers of Sum that are no status.
const (
	FromNone  int32 = -1 // nothing was known before
	FromList  int32 = -2 // it went from one list to another
	LeaseOver int32 = -3
)

// Sum is what one number counts.
type Sum struct {
	Kind        Kind
	List, Class string
	Number      int32
}

func (s Sum) compare(other Sum) int {
	return cmp.Or(cmp.Compare(s.Kind, other.Kind), cmp.Compare(s.List, other.List), cmp.Compare(s.Class, other.Class), cmp.Compare(s.Number, other.Number))
}

// Sums are the numbers up to a moment; none is zero.
type Sums map[Sum]int64

func (s Sums) add(sum Sum, n int64) {
	if s[sum] += n; s[sum] == 0 {
		delete(s, sum)
	}
}

// Since are the sums without those of a moment before.
func (s Sums) Since(before Sums) Sums {
	since := maps.Clone(s)
	for sum, n := range before {
		since.add(sum, -n)
	}
	return since
}

// moved counts one change of an application; before is nil where it is the first.
func (s Sums) moved(before *Placed, after Placed) {
	was, is := before != nil && before.Waits(), after.Waits()
	switch {
	case was && is && before.List != after.List:
		s.add(Sum{Kind: Left, List: before.List, Number: FromList}, 1)
		s.add(Sum{Kind: Came, List: after.List, Number: FromList}, 1)
	case is && !was && before == nil:
		s.add(Sum{Kind: Came, List: after.List, Number: FromNone}, 1)
	case is && !was:
		s.add(Sum{Kind: Came, List: after.List, Number: int32(before.Status)}, 1)
	case was && !is:
		s.add(Sum{Kind: Left, List: before.List, Number: int32(after.Status)}, 1)
	}
	if before != nil {
		s.stands(*before, -1)
	}
	s.stands(after, 1)
}

func (s Sums) stands(p Placed, n int64) {
	s.add(Sum{Kind: InStatus, Number: int32(p.Status)}, n)
	if p.Waits() {
		s.add(Sum{Kind: Waiting, List: p.List, Class: p.Class}, n)
	}
	if p.HousedOn != 0 {
		s.add(Sum{Kind: Housed, List: p.List, Class: p.Class, Number: p.HousedOn}, n)
	}
}

// turned counts one change of a home; before is nil where it is the first.
func (s Sums) turned(before *Home, after Home) {
	if before != nil && before.Vacant() {
		s.add(Sum{Kind: VacantFor}, int64(after.Since.Sub(before.Since)/time.Microsecond))
	}
	was, is := before != nil && before.Counted(), after.Counted()
	switch {
	case is && !was:
		s.add(Sum{Kind: HomesCame, Number: int32(bit(before != nil && before.LeftStock))}, 1)
	case was && !is && after.LeftStock:
		s.add(Sum{Kind: HomesLeft, Number: LeaseOver}, 1)
	case was && !is:
		s.add(Sum{Kind: HomesLeft, Number: int32(after.Status)}, 1)
	}
}

// Offer counts what became of an offer after a moment, up to and including another.
// How an offer was refused, and that it was, stays.
func (s Sums) Offer(offer *eilev1.Offer, after, until time.Time) {
	within := func(at *timestamppb.Timestamp) bool {
		return at != nil && at.AsTime().After(after) && !at.AsTime().After(until)
	}
	if within(offer.GetCreatedAt()) {
		s.add(Sum{Kind: Offered}, 1)
	}
	on, known := daysOf(offer.GetAnsweredOn())
	if !known || !within(offer.GetClosedAt()) {
		return
	}
	switch offer.GetStatus() {
	case eilev1.OfferStatus_OFFER_STATUS_REFUSED:
		s.add(Sum{Kind: Refused, Class: offer.GetRefusalReason(), Number: on}, 1)
	case eilev1.OfferStatus_OFFER_STATUS_NO_SHOW:
		s.add(Sum{Kind: Missed, Number: on}, 1)
	default: // no refusal
	}
}

// daysOf is a date in days since 1970-01-01; false: it is none of the calendar.
func daysOf(on *date.Date) (int32, bool) {
	at := time.Date(int(on.GetYear()), time.Month(on.GetMonth()), int(on.GetDay()), 0, 0, 0, 0, time.UTC)
	year, month, day := at.Date()
	known := year == int(on.GetYear()) && month == time.Month(on.GetMonth()) && day == int(on.GetDay())
	return int32(at.Unix() / (24 * 60 * 60)), known
}

func (s Sums) append(to []byte) []byte {
	to = appendNumber(to, uint64(len(s)))
	for _, sum := range slices.SortedFunc(maps.Keys(s), Sum.compare) {
		to = append(to, byte(sum.Kind))
		to = appendText(appendText(to, sum.List), sum.Class)
		to = appendSigned(appendSigned(to, int64(sum.Number)), s[sum])
	}
	return to
}

func readSums(from *bytesLeft) Sums {
	sums := Sums{}
	for range from.count() {
		sum := Sum{Kind: Kind(from.number()), List: string(from.text()), Class: string(from.text()), Number: int32(from.signed())}
		sums[sum] = from.signed()
	}
	return sums
}
