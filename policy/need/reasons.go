package need

import (
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// tally is what was counted so far, with the reason for each part of it where somebody asks for the
// reasons.
type tally struct {
	sharing *sharing
	need    int
	told    bool
	reasons []*eilev1.Reason
}

// give adds n of the unit for a reason, which is made only where it is told.
func (t *tally) give(n int, why func() *eilev1.Reason) {
	t.need += n
	if t.told {
		t.reasons = append(t.reasons, why())
	}
}

// rooms and unit are how many there are for a reason, and of which kind.
func (t *tally) rooms(n int) *eilev1.Argument { return words.Number("rooms", n) }

func (t *tally) unit() *eilev1.Argument { return words.Term("room", t.sharing.room) }

func (t *tally) common() {
	n := t.sharing.common
	t.give(n, func() *eilev1.Reason { return words.Reason("HOUSEHOLD", t.rooms(n), t.unit()) })
}

func (t *tally) alone(number int) {
	t.give(0, func() *eilev1.Reason { return words.Reason("STUDIO", member(number), t.rooms(0), t.unit()) })
}

// couple gives a room to a couple, and another where they cannot share.
func (t *tally) couple(a, b *person, cannotShare bool) {
	t.give(1, func() *eilev1.Reason { return words.Reason("COUPLE", first(a, b), second(a, b), t.rooms(1), t.unit()) })
	if cannotShare {
		t.give(1, func() *eilev1.Reason {
			return words.Reason("CANNOT_SHARE.couple", first(a, b), second(a, b), t.rooms(1), t.unit())
		})
	}
}

func (t *tally) cannotShare(number int) {
	t.give(1, func() *eilev1.Reason { return words.Reason("CANNOT_SHARE", member(number), t.rooms(1), t.unit()) })
}

func (t *tally) loneParent(number int) {
	t.give(1, func() *eilev1.Reason { return words.Reason("LONE_PARENT", member(number), t.rooms(1), t.unit()) })
}

func (t *tally) overnightCarer(number int) {
	t.give(1, func() *eilev1.Reason { return words.Reason("OVERNIGHT_CARER", member(number), t.rooms(1), t.unit()) })
}

func (t *tally) fosterCarer(number int) {
	t.give(1, func() *eilev1.Reason { return words.Reason("FOSTER_CARER", member(number), t.rooms(1), t.unit()) })
}

func (t *tally) adult(number int) {
	t.give(1, func() *eilev1.Reason {
		return words.Reason("ADULT", member(number), words.Number("age", t.sharing.sameSexUnder), t.rooms(1), t.unit())
	})
}

func (t *tally) unpaired(number int) {
	t.give(1, func() *eilev1.Reason { return words.Reason("UNPAIRED", member(number), t.rooms(1), t.unit()) })
}

// pair gives a room to two who share.
func (t *tally) pair(a, b *person) {
	s := t.sharing
	t.give(1, func() *eilev1.Reason {
		switch {
		case a.age < s.anySexUnder && b.age < s.anySexUnder:
			return words.Reason("PAIR_YOUNG", first(a, b), second(a, b), words.Number("under", s.anySexUnder), t.rooms(1), t.unit())
		case s.sameSexFrom > 0:
			return words.Reason("PAIR_SAME_SEX.between", first(a, b), second(a, b), words.Number("from", s.sameSexFrom), words.Number("to", s.sameSexUnder-1),
				t.rooms(1), t.unit())
		}
		return words.Reason("PAIR_SAME_SEX", first(a, b), second(a, b), words.Number("under", s.sameSexUnder), t.rooms(1), t.unit())
	})
}

func member(number int) *eilev1.Argument { return words.Number("member", number) }

func first(a, b *person) *eilev1.Argument { return words.Number("first", min(a.number, b.number)) }

func second(a, b *person) *eilev1.Argument { return words.Number("second", max(a.number, b.number)) }
