package need

import (
	"slices"
	"strconv"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Square metres of useful area a person under lt-area.
const (
	areaPerPerson         = 10
	areaPerPersonDisabled = 14
)

// give adds a reason that says n of the unit.
func (c *count) give(code string, n int, detail []byte) {
	c.need += n
	c.reasons = append(c.reasons, &eilev1.Reason{Code: code, Detail: string(detail)})
}

// giveRooms adds n rooms for what the text says.
func (c *count) giveRooms(code string, n int, text []byte) {
	text = append(text, ": "...)
	text = strconv.AppendInt(text, int64(n), 10)
	text = append(text, ' ')
	text = append(text, c.sharing.room...)
	if n != 1 {
		text = append(text, 's')
	}
	c.give(code, n, text)
}

// one gives a room to one member.
func (c *count) one(code string, number int, text string) {
	var buf [96]byte
	c.giveRooms(code, 1, append(member(buf[:0], number), text...))
}

// two gives a room to two members.
func (c *count) two(code string, a, b *person, text string) {
	var buf [96]byte
	c.giveRooms(code, 1, append(members(buf[:0], a, b), text...))
}

// absent says why a member is not counted.
func (c *count) absent(number int, text string) {
	var buf [96]byte
	c.give("NOT_COUNTED", 0, append(member(buf[:0], number), text...))
}

func (c *count) household() {
	var buf [96]byte
	c.giveRooms("HOUSEHOLD", c.sharing.common, append(buf[:0], "the household"...))
}

func (c *count) alone(number int) {
	var buf [96]byte
	c.giveRooms("STUDIO", 0, append(member(buf[:0], number), " lives alone and may have a studio"...))
}

// couple gives a room to a couple, and another where one of them cannot share.
func (c *count) couple(a, b *person) {
	c.two("COUPLE", a, b, " are a couple")
	if c.sharing.extras && (c.claims(a, "cannot_share") || c.claims(b, "cannot_share")) {
		c.two("CANNOT_SHARE", a, b, " cannot share because of disability")
	}
}

func (c *count) adult(number int) {
	var buf [96]byte
	text := append(member(buf[:0], number), " is "...)
	text = strconv.AppendInt(text, int64(c.sharing.sameSexUnder), 10)
	c.giveRooms("ADULT", 1, append(text, " or over"...))
}

func (c *count) unpaired(number int) {
	c.one("UNPAIRED", number, " is left with nobody to share with")
}

// pair gives a room to two who share.
func (c *count) pair(a, b *person) {
	s := c.sharing
	var buf [96]byte
	text := append(members(buf[:0], a, b), " share, "...)
	if a.age < s.anySexUnder && b.age < s.anySexUnder {
		text = strconv.AppendInt(append(text, "both under "...), int64(s.anySexUnder), 10)
		c.giveRooms("PAIR_YOUNG", 1, text)
		return
	}
	if s.sameSexFrom > 0 {
		text = strconv.AppendInt(append(text, "same sex and both "...), int64(s.sameSexFrom), 10)
		text = strconv.AppendInt(append(text, " to "...), int64(s.sameSexUnder-1), 10)
	} else {
		text = strconv.AppendInt(append(text, "same sex and both under "...), int64(s.sameSexUnder), 10)
	}
	c.giveRooms("PAIR_SAME_SEX", 1, text)
}

// area counts the useful area of lt-area. It is Lithuanian law, so its reasons are in Lithuanian too.
func (c *count) area(circumstances []Circumstance) {
	if len(c.people) == 0 {
		return
	}
	disabled := c.any("disability")
	if disabled == nil && !slices.Contains(circumstances, DisabledMember) {
		c.giveArea("AREA", areaPerPerson, "", "")
		return
	}
	en, lt := "a member has a disability, ", "yra asmuo su negalia, "
	if disabled != nil {
		who := strconv.Itoa(disabled.number)
		en, lt = "member "+who+" has a disability, ", "narys Nr. "+who+" turi negalią, "
	}
	c.giveArea("AREA_DISABILITY", areaPerPersonDisabled, en, lt)
}

func (c *count) giveArea(code string, each int, en, lt string) {
	people, square := strconv.Itoa(len(c.people)), strconv.Itoa(each*len(c.people))
	c.need = each * len(c.people)
	persons := " people"
	if len(c.people) == 1 {
		persons = " person"
	}
	c.reasons = append(c.reasons, &eilev1.Reason{
		Code:     code,
		Detail:   en + people + persons + " at " + strconv.Itoa(each) + " m² each: " + square + " m²",
		DetailLt: lt + "asmenų: " + people + ", kiekvienam po " + strconv.Itoa(each) + " m²: " + square + " m²",
	})
}

func member(b []byte, number int) []byte {
	return strconv.AppendInt(append(b, "member "...), int64(number), 10)
}

func members(b []byte, p, q *person) []byte {
	b = strconv.AppendInt(append(b, "members "...), int64(min(p.number, q.number)), 10)
	return strconv.AppendInt(append(b, " and "...), int64(max(p.number, q.number)), 10)
}
