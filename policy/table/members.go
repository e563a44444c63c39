package table

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// maxMembers of a household.
const maxMembers = 100

// partnerOf stands before the number of a member, as a relation or as a fourth part.
const partnerOf = "partner_of:"

type relationWord struct {
	word     string
	relation eilev1.Relation
}

var relations = []relationWord{
	{"self", eilev1.Relation_RELATION_SELF},
	{"partner", eilev1.Relation_RELATION_PARTNER},
	{"child", eilev1.Relation_RELATION_CHILD},
	{"foster_child", eilev1.Relation_RELATION_FOSTER_CHILD},
	{"parent", eilev1.Relation_RELATION_PARENT},
	{"other", eilev1.Relation_RELATION_OTHER},
}

// ParseMembers reads a household as people write it: members separated by ";", each
// relation/sex/birth-date, such as self/F/1985-02-03;child/M/2015-05-05. The partner of somebody
// else than the applicant is partner_of:N/sex/birth-date, or has a fourth part /partner_of:N, where
// N is the number of that member, from 1. A sex or birth date that is not known is left empty. An
// empty text is an empty household. A birth date after today is refused.
//
// The error lists every fault in one line. It names members by number and repeats nothing of the
// text but dates that cannot be anybody's birth.
func ParseMembers(text string, today day.Day) ([]*eilev1.Member, error) {
	if err := clean(text, false); err != nil {
		return nil, err
	}
	members, faults := parseMembers(text, today)
	if len(faults) > 0 {
		return nil, errors.New(strings.Join(faults, "; "))
	}
	return members, nil
}

func parseMembers(text string, today day.Day) ([]*eilev1.Member, []string) {
	if text == "" {
		return nil, nil
	}
	n := strings.Count(text, ";") + 1
	if n > maxMembers {
		return nil, []string{fmt.Sprintf("%d members are more than a household can have, which is %d", n, maxMembers)}
	}
	var faults []string
	members := make([]*eilev1.Member, 0, n)
	for part := range strings.SplitSeq(text, ";") {
		m := &eilev1.Member{}
		for _, fault := range parseMember(m, part, today) {
			faults = append(faults, "member "+strconv.Itoa(len(members)+1)+": "+fault)
		}
		members = append(members, m)
	}
	if len(faults) == 0 {
		faults = checkCouples(members)
	}
	return members, faults
}

// parseMember fills m from one member and answers what is wrong with it.
func parseMember(m *eilev1.Member, text string, today day.Day) (faults []string) {
	relation, rest, ok := strings.Cut(text, "/")
	sex, birth, ok2 := strings.Cut(rest, "/")
	birth, partner, fourth := strings.Cut(birth, "/")
	if !ok || !ok2 || strings.Contains(partner, "/") {
		return []string{"it is not relation/sex/birth-date, such as child/M/2015-05-05"}
	}
	add := func(err error) {
		if err != nil {
			faults = append(faults, err.Error())
		}
	}
	add(parseRelation(m, relation))
	if fourth {
		if m.GetPartnerOf() != 0 {
			add(errors.New("partner_of stands there twice"))
		}
		add(parsePartner(m, partner))
	}
	switch sex {
	case "F":
		m.Sex = eilev1.Sex_SEX_FEMALE
	case "M":
		m.Sex = eilev1.Sex_SEX_MALE
	case "X":
		m.Sex = eilev1.Sex_SEX_X
	case "":
	default:
		add(errors.New("the sex is not F, M or X"))
	}
	if birth != "" {
		born, err := parseBirth(birth, today)
		add(err)
		m.BirthDate = born.Proto()
	}
	return faults
}

// parseBirth repeats no date that can be somebody's.
func parseBirth(text string, today day.Day) (day.Day, error) {
	born, err := day.Parse(text)
	switch {
	case errors.Is(err, day.ErrForm):
		return 0, fmt.Errorf("the birth date is not a date: %w", day.ErrForm)
	case err == nil && born > today:
		return 0, fmt.Errorf("the birth date %s is in the future, after %s", born, today)
	}
	return born, err
}

func parseRelation(m *eilev1.Member, word string) error {
	if strings.HasPrefix(word, partnerOf) {
		m.Relation = eilev1.Relation_RELATION_PARTNER
		return parsePartner(m, word)
	}
	for i := range relations {
		if relations[i].word == word {
			m.Relation = relations[i].relation
			return nil
		}
	}
	words := make([]string, len(relations))
	for i, r := range relations {
		words[i] = r.word
	}
	return fmt.Errorf("the relation is not one of %s, or %sN", strings.Join(words, ", "), partnerOf)
}

func parsePartner(m *eilev1.Member, text string) error {
	digits, ok := strings.CutPrefix(text, partnerOf)
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || strconv.Itoa(n) != digits {
		return fmt.Errorf("the partner is not %sN, where N is the number of a member, from 1", partnerOf)
	}
	m.PartnerOf = int32(min(n, maxMembers+1))
	return nil
}

// checkCouples holds that there is at most one applicant, and that everybody is in at most one
// couple.
func checkCouples(members []*eilev1.Member) (faults []string) {
	self := 0
	for i, m := range members {
		if m.GetRelation() != eilev1.Relation_RELATION_SELF {
			continue
		}
		if self > 0 {
			faults = append(faults, fmt.Sprintf("member %d: member %d is self already", i+1, self))
			continue
		}
		self = i + 1
	}
	partners := make([]int, len(members)+1)
	for i, m := range members {
		of, number := int(m.GetPartnerOf()), i+1
		if of == 0 && m.GetRelation() != eilev1.Relation_RELATION_PARTNER {
			continue
		}
		if of == 0 {
			of = self
		}
		switch {
		case of == 0:
			faults = append(faults, fmt.Sprintf("member %d: is a partner, but nobody is self", number))
		case of > len(members):
			faults = append(faults, fmt.Sprintf("member %d: is the partner of a member %d, and there are %d members", number, of, len(members)))
		case of == number:
			faults = append(faults, fmt.Sprintf("member %d: is the partner of itself", number))
		case partners[of] == number && partners[number] == of:
			// Each names the other.
		case partners[of] != 0 || partners[number] != 0:
			faults = append(faults, fmt.Sprintf("member %d: one of members %d and %d has a partner already", number, number, of))
		default:
			partners[of], partners[number] = number, of
		}
	}
	return faults
}

// FormatMembers writes a household so that ParseMembers reads it again. What that text cannot hold
// is left out: attributes, and when members joined and left.
func FormatMembers(members []*eilev1.Member) string {
	var b []byte
	for i, m := range members {
		if i > 0 {
			b = append(b, ';')
		}
		partner := m.GetRelation() == eilev1.Relation_RELATION_PARTNER
		if partner && m.GetPartnerOf() > 0 {
			b = strconv.AppendInt(append(b, partnerOf...), int64(m.GetPartnerOf()), 10)
		} else if at := slices.IndexFunc(relations, func(r relationWord) bool { return r.relation == m.GetRelation() }); at >= 0 {
			b = append(b, relations[at].word...)
		}
		b = append(b, '/')
		switch m.GetSex() {
		case eilev1.Sex_SEX_FEMALE:
			b = append(b, 'F')
		case eilev1.Sex_SEX_MALE:
			b = append(b, 'M')
		case eilev1.Sex_SEX_X:
			b = append(b, 'X')
		default: // not known
		}
		b = append(b, '/')
		if born, ok, err := day.FromProto(m.GetBirthDate()); ok && err == nil {
			b = born.Append(b)
		}
		if !partner && m.GetPartnerOf() > 0 {
			b = strconv.AppendInt(append(append(b, '/'), partnerOf...), int64(m.GetPartnerOf()), 10)
		}
	}
	return string(b)
}
