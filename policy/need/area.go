package need

import (
	"slices"
	"strconv"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Circumstance of a household that no member's attribute says.
type Circumstance int

// DisabledMember says that somebody in the household has a disability or a severe chronic illness; read by lt-area.
const DisabledMember Circumstance = 1

// Square metres of useful area a person under lt-area.
const (
	areaPerPerson         = 10
	areaPerPersonDisabled = 14
)

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

// giveArea counts so many square metres for each of the people.
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
