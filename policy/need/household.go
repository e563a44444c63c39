package need

import (
	"fmt"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// person is a member who counts on the day.
type person struct {
	member *eilev1.Member
	// number of the member, from 1.
	number int
	// partner is the index in count.people of the partner, or -1.
	partner int
	born    day.Day
	hasBorn bool
	// age in full years where hasBorn.
	age int
}

// count is one counting of a household.
type count struct {
	sharing *sharing
	on      day.Day
	people  []person
	// room for people, so that a usual household needs no allocation.
	room    [8]person
	missing []string
	need    int
	reasons []*eilev1.Reason
}

// present collects the members of the day and their couples.
func (c *count) present(members []*eilev1.Member) error {
	for i, m := range members {
		p := person{member: m, number: i + 1, partner: -1}
		here, err := c.here(&p)
		if err != nil {
			return err
		}
		if here {
			c.people = append(c.people, p)
		}
	}
	if len(c.people) == 0 {
		c.missing = append(c.missing, "members")
		return nil
	}
	return c.couples(len(members))
}

// here says whether the member counts on the day, and gives a reason where it does not yet or no longer.
func (c *count) here(p *person) (bool, error) {
	joined, hasJoined, err := day.FromProto(p.member.GetJoinedOn())
	if err != nil {
		return false, fmt.Errorf("%s: joined_on: %w", number(p.number), err)
	}
	left, hasLeft, err := day.FromProto(p.member.GetLeftOn())
	if err != nil {
		return false, fmt.Errorf("%s: left_on: %w", number(p.number), err)
	}
	p.born, p.hasBorn, err = day.FromProto(p.member.GetBirthDate())
	if err != nil {
		return false, fmt.Errorf("%s: birth date: %w", number(p.number), err)
	}
	switch {
	case hasLeft && left <= c.on:
		c.absent(p.number, " has left: not counted")
		return false, nil
	case hasJoined && joined > c.on:
		c.absent(p.number, " has not joined yet: not counted")
		return false, nil
	case p.hasBorn && p.born > c.on:
		c.absent(p.number, " is not born yet: not counted")
		return false, nil
	}
	if p.hasBorn {
		p.age = day.Age(p.born, c.on)
	}
	return true, nil
}

// couples joins partners. A partner who does not count on the day makes no couple.
func (c *count) couples(members int) error {
	self := -1
	for i := range c.people {
		if c.people[i].member.GetRelation() == eilev1.Relation_RELATION_SELF {
			if self >= 0 {
				return fmt.Errorf("%s and %s are both the applicant: one of them must have another relation",
					number(c.people[self].number), number(c.people[i].number))
			}
			self = i
		}
	}
	for i := range c.people {
		p := &c.people[i]
		of := int(p.member.GetPartnerOf())
		switch {
		case of == p.number:
			return fmt.Errorf("%s is given as the partner of itself", number(p.number))
		case of < 0 || of > members:
			return fmt.Errorf("%s is given as the partner of member %d, but there are %d members", number(p.number), of, members)
		case of > 0:
			if err := c.join(i, c.index(of)); err != nil {
				return err
			}
		case p.member.GetRelation() == eilev1.Relation_RELATION_PARTNER:
			if err := c.join(i, self); err != nil {
				return err
			}
		}
	}
	return nil
}

// index answers where in people the member of a number is, or -1 where it does not count.
func (c *count) index(number int) int {
	for i := range c.people {
		if c.people[i].number == number {
			return i
		}
	}
	return -1
}

// join makes a couple of two indices; j is -1 where the partner does not count.
func (c *count) join(i, j int) error {
	if j < 0 {
		return nil
	}
	a, b := &c.people[i], &c.people[j]
	if a.partner == j && b.partner == i {
		return nil
	}
	for _, p := range []*person{a, b} {
		if p.partner >= 0 {
			return fmt.Errorf("%s has two partners: members %d and %d are given as a couple, and %s already has member %d",
				number(p.number), b.number, a.number, number(p.number), c.people[p.partner].number)
		}
	}
	a.partner, b.partner = j, i
	return nil
}

// claims says whether an attribute is true and in effect on the day. Unset is no.
func (c *count) claims(p *person, attribute string) bool {
	f := p.member.GetAttributes()[attribute]
	if !f.GetBoolValue() {
		return false
	}
	from, ok, err := day.FromProto(f.GetEffectiveOn())
	return err == nil && (!ok || from <= c.on)
}

// loneParent says whether the person is the applicant, without a partner, with a child or foster child.
func (c *count) loneParent(p *person) bool {
	if p.member.GetRelation() != eilev1.Relation_RELATION_SELF || p.partner >= 0 {
		return false
	}
	for i := range c.people {
		switch c.people[i].member.GetRelation() {
		case eilev1.Relation_RELATION_CHILD, eilev1.Relation_RELATION_FOSTER_CHILD:
			return true
		}
	}
	return false
}
