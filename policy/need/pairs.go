package need

import (
	"slices"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// count is one counting of a household.
type count struct {
	household
	tally
}

// shared counts the rooms of a sharing standard.
func (c *count) shared() {
	if len(c.people) == 0 {
		return
	}
	if c.sharing.studio && len(c.people) == 1 {
		c.alone(c.people[0].number)
		return
	}
	if c.sharing.common > 0 {
		c.common()
	}
	c.extras()
	var buf [8]int
	sharers := buf[:0]
	for i := range c.people {
		if c.single(i) {
			sharers = append(sharers, i)
		}
	}
	if len(c.missing) == 0 {
		c.pairs(sharers)
	}
}

// single counts the room of one who has it by right, alone or as a couple, and answers true for one
// who may share.
func (c *count) single(i int) bool {
	p := &c.people[i]
	extras := c.sharing.extras
	switch {
	case p.partner >= 0:
		if i < p.partner {
			other := &c.people[p.partner]
			c.couple(p, other, extras && (c.claims(p, "cannot_share") || c.claims(other, "cannot_share")))
		}
	case extras && c.fostered(p):
		c.give(0, func() *eilev1.Reason { return words.Reason("NOT_COUNTED.fostered", member(p.number)) })
	case c.household.loneParent(p):
		c.tally.loneParent(p.number)
	case extras && c.claims(p, "cannot_share"):
		c.cannotShare(p.number)
	case !p.hasBorn:
		c.missing = append(c.missing, number(p.number)+": birth date")
	case p.age >= c.sharing.sameSexUnder:
		c.adult(p.number)
	default:
		return true
	}
	return false
}

// extras counts the bedrooms that reg. B13 adds: one for carers who stay overnight, however many
// members they care for, and one for a foster carer.
func (c *count) extras() {
	if !c.sharing.extras {
		return
	}
	if p := c.any("overnight_carer"); p != nil {
		c.overnightCarer(p.number)
	}
	if p := c.any("foster_carer"); p != nil {
		c.fosterCarer(p.number)
	}
}

// pairs puts those who may share, given by index, into the largest number of pairs, and counts a
// room for each pair and for each one left over.
//
// The people of one sex who share by sex all share with one another, and so do those whose sex is
// not asked. So such a group leaves at most one over, and taking the eldest first it leaves its
// youngest. Pairs across groups can only take up those left over, and only who is under anySexUnder
// pairs across: where a group's youngest is not, none of the group is. Hence two groups that each
// leave over one so young make one pair more, and no other pairing has more pairs: a group of odd
// size without one so young leaves one over in every pairing, and the groups of even size gain
// nothing by breaking a pair.
func (c *count) pairs(sharers []int) {
	slices.SortStableFunc(sharers, func(a, b int) int {
		return int(c.people[a].born) - int(c.people[b].born)
	})
	// Those waiting for the next of their group.
	waiting := [groups]int{-1, -1, -1}
	for _, i := range sharers {
		g, ok := c.group(&c.people[i], len(sharers))
		switch {
		case !ok:
			c.unpaired(c.people[i].number)
		case waiting[g] < 0:
			waiting[g] = i
		default:
			c.pair(&c.people[waiting[g]], &c.people[i])
			waiting[g] = -1
		}
	}
	young := -1
	for _, i := range waiting {
		switch {
		case i < 0:
		case c.people[i].age >= c.sharing.anySexUnder:
			c.unpaired(c.people[i].number)
		case young < 0:
			young = i
		default:
			c.pair(&c.people[young], &c.people[i])
			young = -1
		}
	}
	if young >= 0 {
		c.unpaired(c.people[young].number)
	}
}

// The groups within which everybody may share with everybody.
const (
	women = iota
	men
	// others share because they are young; their sex is not asked, or is X.
	others
	groups
)

// group returns the group of one who may share, and false for one who shares with nobody: sex X of
// an age at which only the same sex shares. A sex that is not known is missing where it decides and
// there is somebody to share with.
func (c *count) group(p *person, sharers int) (int, bool) {
	if p.age >= c.sharing.sameSexFrom {
		switch p.member.GetSex() {
		case eilev1.Sex_SEX_FEMALE:
			return women, true
		case eilev1.Sex_SEX_MALE:
			return men, true
		case eilev1.Sex_SEX_X:
		default:
			if sharers > 1 {
				c.missing = append(c.missing, number(p.number)+": sex")
			}
		}
	}
	return others, p.age < c.sharing.anySexUnder
}
