package need

import (
	"fmt"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// household is who counts on a day.
type household struct {
	on     day.Day
	people []person
	// room for people, so that a usual household needs no allocation.
	room [8]person
	// missing names the facts without which nothing can be counted.
	missing []string
}

// present collects the members of the day and their couples; the tally is told who does not count.
func (h *household) present(members []*eilev1.Member, tally *tally) error {
	for i, m := range members {
		p := person{member: m, number: i + 1, partner: -1}
		here, err := h.here(&p, tally)
		if err != nil {
			return err
		}
		if here {
			h.people = append(h.people, p)
		}
	}
	if len(h.people) == 0 {
		h.missing = append(h.missing, "members")
		return nil
	}
	return h.couples(len(members))
}

// here says whether the member counts on the day, and gives a reason where it does not yet or no
// longer.
func (h *household) here(p *person, tally *tally) (bool, error) {
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
	case hasLeft && left <= h.on:
		tally.give(0, func() *eilev1.Reason { return words.Reason("NOT_COUNTED.left", member(p.number)) })
		return false, nil
	case hasJoined && joined > h.on:
		tally.give(0, func() *eilev1.Reason { return words.Reason("NOT_COUNTED.not_joined", member(p.number)) })
		return false, nil
	case p.hasBorn && p.born > h.on:
		tally.give(0, func() *eilev1.Reason { return words.Reason("NOT_COUNTED.not_born", member(p.number)) })
		return false, nil
	}
	if p.hasBorn {
		p.age = day.Age(p.born, h.on)
	}
	return true, nil
}

// couples joins partners. A partner who does not count on the day makes no couple.
func (h *household) couples(members int) error {
	self := -1
	for i := range h.people {
		if h.people[i].member.GetRelation() == eilev1.Relation_RELATION_SELF {
			if self >= 0 {
				return fmt.Errorf("%s and %s are both the applicant: one of them must have another relation",
					number(h.people[self].number), number(h.people[i].number))
			}
			self = i
		}
	}
	for i := range h.people {
		p := &h.people[i]
		of := int(p.member.GetPartnerOf())
		switch {
		case of == p.number:
			return fmt.Errorf("%s is given as the partner of itself", number(p.number))
		case of < 0 || of > members:
			return fmt.Errorf("%s is given as the partner of member %d, but there are %d members", number(p.number), of, members)
		case of > 0:
			if err := h.join(i, h.index(of)); err != nil {
				return err
			}
		case p.member.GetRelation() == eilev1.Relation_RELATION_PARTNER:
			if err := h.join(i, self); err != nil {
				return err
			}
		}
	}
	return nil
}

// index returns where in people the member of a number is, or -1 where it does not count.
func (h *household) index(number int) int {
	for i := range h.people {
		if h.people[i].number == number {
			return i
		}
	}
	return -1
}

// join makes a couple of two indices; j is -1 where the partner does not count.
func (h *household) join(i, j int) error {
	if j < 0 {
		return nil
	}
	a, b := &h.people[i], &h.people[j]
	if a.partner == j && b.partner == i {
		return nil
	}
	for _, p := range []*person{a, b} {
		if p.partner >= 0 {
			return fmt.Errorf("%s has two partners: members %d and %d are given as a couple, and %s already has member %d",
				number(p.number), b.number, a.number, number(p.number), h.people[p.partner].number)
		}
	}
	a.partner, b.partner = j, i
	return nil
}

// claims says whether an attribute is true and in effect on the day. Unset is no.
func (h *household) claims(p *person, attribute string) bool {
	f := p.member.GetAttributes()[attribute]
	if !f.GetBoolValue() {
		return false
	}
	from, ok, err := day.FromProto(f.GetEffectiveOn())
	return err == nil && (!ok || from <= h.on)
}

// loneParent says whether the person is the applicant, without a partner, with a child or foster
// child.
func (h *household) loneParent(p *person) bool {
	if p.member.GetRelation() != eilev1.Relation_RELATION_SELF || p.partner >= 0 {
		return false
	}
	for i := range h.people {
		relation := h.people[i].member.GetRelation()
		if relation == eilev1.Relation_RELATION_CHILD || relation == eilev1.Relation_RELATION_FOSTER_CHILD {
			return true
		}
	}
	return false
}

// fostered says whether the person is a foster child for whom a foster carer has a bedroom more:
// reg. B13 gives the carer one bedroom, however many the children, and does not count them.
func (h *household) fostered(p *person) bool {
	return p.member.GetRelation() == eilev1.Relation_RELATION_FOSTER_CHILD && h.any("foster_carer") != nil
}

// any returns the first person who claims the attribute, or nil.
func (h *household) any(attribute string) *person {
	for i := range h.people {
		if h.claims(&h.people[i], attribute) {
			return &h.people[i]
		}
	}
	return nil
}
