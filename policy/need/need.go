// Package need says how many bedrooms, rooms or square metres a household needs on a day, with the
// reason for each.
//
// The standards are
//
//   - uk-bedroom-standard: the English bedroom standard. A bedroom for each couple, each other
//     person of 21 or more, each pair of the same sex under 21, each pair of children under 10, and
//     each person left over.
//   - uk-size-criteria: the criteria of the social rented sector (Housing Benefit Regulations 2006,
//     reg. B13). As above with 16 in place of 21, and a bedroom more for a couple or child that
//     cannot share, for an overnight carer, and for a foster carer.
//   - canada-nos: the National Occupancy Standard. As above with 18 and 5; a person who lives alone
//     may have a studio, which is no bedroom.
//   - eurostat-rooms: a room for the household, each couple, each other person of 18 or more, each
//     pair of the same sex from 12 to 17 and each pair of children under 12. One of 12 or more
//     never shares with one under 12.
//   - lt-area: 10 m² of useful area a person, 14 m² where a member has a disability.
//
// Rooms are counted by the largest number of pairs that the rules allow, never by pairing as one
// meets people: that is where counting by hand goes wrong. A couple is of any age. A lone parent
// (the applicant, without a partner, with a child or foster child) shares with nobody at any age,
// under every standard that counts rooms. Sex X matches no sex, X included, so it shares only where
// sex is not asked.
//
// Everything is computed for the day: members who are not born, have not joined or have left do not
// count. Nothing here reads a clock or keeps state. The package imports the messages and
// policy/day; it must not import policy.
package need

import (
	"strings"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Result is what a household needs.
type Result struct {
	// Standard by which it was counted.
	Standard string
	// Need in the unit of the standard: bedrooms, rooms or square metres.
	Need int
	// Reasons add up to Need. They name members by their number, from 1 in the order of the
	// household, and hold no personal data.
	Reasons []*eilev1.Reason
}

// MissingError lists the facts without which the need cannot be counted, such as "member 3: birth
// date". The other facts may be enough for another standard.
type MissingError struct {
	Facts []string
}

func (e *MissingError) Error() string {
	return "missing " + strings.Join(e.Facts, ", ")
}

// Of returns what the members need on a day. It changes nothing. The error is a *MissingError where
// facts are missing; any other error names an unknown standard or members that contradict one
// another.
//
// The attributes of members that are read, where they are true and in effect on the day, are
// disability (lt-area) and cannot_share, overnight_carer, foster_carer (uk-size-criteria). Unset is
// no: these are claims.
//
// It takes O(n log n) time for n members.
func Of(standard string, members []*eilev1.Member, on day.Day, circumstances ...Circumstance) (Result, error) {
	counted, err := countOf(standard, members, on, true, circumstances)
	if err != nil {
		return Result{}, err
	}
	return Result{standard, counted.need, counted.reasons}, nil
}

// Count returns the need of Of without its reasons.
func Count(standard string, members []*eilev1.Member, on day.Day, circumstances ...Circumstance) (int, error) {
	counted, err := countOf(standard, members, on, false, circumstances)
	return counted.need, err
}

func countOf(standard string, members []*eilev1.Member, on day.Day, told bool, circumstances []Circumstance) (tally, error) {
	s, err := lookup(standard)
	if err != nil {
		return tally{}, err
	}
	c := count{household{on: on}, tally{sharing: s, told: told}}
	c.people = c.room[:0]
	if err := c.present(members, &c.tally); err != nil {
		return tally{}, err
	}
	if s == nil {
		c.area(circumstances)
	} else {
		c.shared()
	}
	if len(c.missing) > 0 {
		return tally{}, &MissingError{c.missing}
	}
	return c.tally, nil
}

// NextChange returns the first day after on on which the need can change though nobody changes a
// fact: somebody is born, joins or leaves, an attribute takes effect, or somebody reaches an age
// that the standard asks. It answers false where there is none, and for an unknown standard. Facts
// that are missing or wrong are passed over; Of reports them.
func NextChange(standard string, members []*eilev1.Member, on day.Day) (day.Day, bool) {
	s, err := lookup(standard)
	if err != nil {
		return 0, false
	}
	next, found := day.Max, false
	note := func(d day.Day, ok bool) {
		if ok && d > on && (d < next || !found) {
			next, found = d, true
		}
	}
	for _, m := range members {
		left, hasLeft, err := day.FromProto(m.GetLeftOn())
		if err == nil && hasLeft && left <= on {
			continue
		}
		note(left, hasLeft)
		joined, ok, _ := day.FromProto(m.GetJoinedOn())
		note(joined, ok)
		for _, f := range m.GetAttributes() {
			effective, ok, _ := day.FromProto(f.GetEffectiveOn())
			note(effective, ok)
		}
		birth, ok, _ := day.FromProto(m.GetBirthDate())
		note(birth, ok)
		for _, age := range s.thresholds() {
			note(day.Birthday(birth, age), ok)
		}
	}
	return next, found
}
