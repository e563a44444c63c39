package need

import (
	"slices"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Circumstance of a household that no member's attribute says.
type Circumstance int

// DisabledMember says that somebody in the household has a disability or a severe chronic illness;
// read by lt-area.
const DisabledMember Circumstance = 1

// Square metres of useful area a person under lt-area.
const (
	areaPerPerson         = 10
	areaPerPersonDisabled = 14
)

// area counts the useful area of lt-area.
func (c *count) area(circumstances []Circumstance) {
	if len(c.people) == 0 {
		return
	}
	each := areaPerPerson
	disabled := c.any("disability")
	if disabled != nil || slices.Contains(circumstances, DisabledMember) {
		each = areaPerPersonDisabled
	}
	c.give(each*len(c.people), func() *eilev1.Reason {
		people, square, area := words.Number("people", len(c.people)), words.Number("each", each), words.Number("area", each*len(c.people))
		switch {
		case disabled != nil:
			return words.Reason("AREA_DISABILITY", member(disabled.number), people, square, area)
		case each == areaPerPersonDisabled:
			return words.Reason("AREA_DISABILITY.somebody", people, square, area)
		}
		return words.Reason("AREA", people, square, area)
	})
}
