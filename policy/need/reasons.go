package need

import (
	"strconv"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// tally is what was counted so far, with the reason for each part of it.
type tally struct {
	sharing *sharing
	need    int
	reasons []*eilev1.Reason
}

// give adds a reason that says n of the unit.
func (t *tally) give(code string, n int, detail []byte) {
	t.need += n
	t.reasons = append(t.reasons, &eilev1.Reason{Code: code, Detail: string(detail)})
}

// giveRooms adds n rooms for what the text says.
func (t *tally) giveRooms(code string, n int, text []byte) {
	text = append(text, ": "...)
	text = strconv.AppendInt(text, int64(n), 10)
	text = append(text, ' ')
	text = append(text, t.sharing.room...)
	if n != 1 {
		text = append(text, 's')
	}
	t.give(code, n, text)
}

// one gives a room to one member.
func (t *tally) one(code string, number int, text string) {
	var buf [96]byte
	t.giveRooms(code, 1, append(member(buf[:0], number), text...))
}

// two gives a room to two members.
func (t *tally) two(code string, a, b *person, text string) {
	var buf [96]byte
	t.giveRooms(code, 1, append(members(buf[:0], a, b), text...))
}

// absent says why a member is not counted.
func (t *tally) absent(number int, text string) {
	var buf [96]byte
	t.give("NOT_COUNTED", 0, append(member(buf[:0], number), text...))
}

func (t *tally) common() {
	var buf [96]byte
	t.giveRooms("HOUSEHOLD", t.sharing.common, append(buf[:0], "the household"...))
}

func (t *tally) alone(number int) {
	var buf [96]byte
	t.giveRooms("STUDIO", 0, append(member(buf[:0], number), " lives alone and may have a studio"...))
}

// couple gives a room to a couple, and another where they cannot share.
func (t *tally) couple(a, b *person, cannotShare bool) {
	t.two("COUPLE", a, b, " are a couple")
	if cannotShare {
		t.two("CANNOT_SHARE", a, b, " cannot share because of disability")
	}
}

func (t *tally) adult(number int) {
	var buf [96]byte
	text := append(member(buf[:0], number), " is "...)
	text = strconv.AppendInt(text, int64(t.sharing.sameSexUnder), 10)
	t.giveRooms("ADULT", 1, append(text, " or over"...))
}

func (t *tally) unpaired(number int) {
	t.one("UNPAIRED", number, " is left with nobody to share with")
}

// pair gives a room to two who share.
func (t *tally) pair(a, b *person) {
	s := t.sharing
	var buf [96]byte
	text := append(members(buf[:0], a, b), " share, "...)
	if a.age < s.anySexUnder && b.age < s.anySexUnder {
		text = strconv.AppendInt(append(text, "both under "...), int64(s.anySexUnder), 10)
		t.giveRooms("PAIR_YOUNG", 1, text)
		return
	}
	if s.sameSexFrom > 0 {
		text = strconv.AppendInt(append(text, "same sex and both "...), int64(s.sameSexFrom), 10)
		text = strconv.AppendInt(append(text, " to "...), int64(s.sameSexUnder-1), 10)
	} else {
		text = strconv.AppendInt(append(text, "same sex and both under "...), int64(s.sameSexUnder), 10)
	}
	t.giveRooms("PAIR_SAME_SEX", 1, text)
}

func member(b []byte, number int) []byte {
	return strconv.AppendInt(append(b, "member "...), int64(number), 10)
}

func members(b []byte, p, q *person) []byte {
	b = strconv.AppendInt(append(b, "members "...), int64(min(p.number, q.number)), 10)
	return strconv.AppendInt(append(b, " and "...), int64(max(p.number, q.number)), 10)
}
