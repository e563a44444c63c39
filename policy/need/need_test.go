package need

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	self    = eilev1.Relation_RELATION_SELF
	partner = eilev1.Relation_RELATION_PARTNER
	child   = eilev1.Relation_RELATION_CHILD
	foster  = eilev1.Relation_RELATION_FOSTER_CHILD
	parent  = eilev1.Relation_RELATION_PARENT
	other   = eilev1.Relation_RELATION_OTHER

	unknown = eilev1.Sex_SEX_UNSPECIFIED
	woman   = eilev1.Sex_SEX_FEMALE
	man     = eilev1.Sex_SEX_MALE
	sexX    = eilev1.Sex_SEX_X
)

// today of the tests is a 29 February, the day of the year that age arithmetic gets wrong.
var today = on("2024-02-29")

func on(s string) day.Day {
	d, err := day.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// aged returns a member whose birthday is today.
func aged(relation eilev1.Relation, sex eilev1.Sex, age int) *eilev1.Member {
	return &eilev1.Member{Relation: relation, Sex: sex, BirthDate: today.AddYears(-age).Proto()}
}

// claiming sets attributes to true.
func claiming(m *eilev1.Member, attributes ...string) *eilev1.Member {
	m.Attributes = map[string]*eilev1.Fact{}
	for _, a := range attributes {
		m.Attributes[a] = &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: true}}
	}
	return m
}

func partnerOf(m *eilev1.Member, number int32) *eilev1.Member {
	m.PartnerOf = number
	return m
}

func undated(m *eilev1.Member) *eilev1.Member {
	m.BirthDate = nil
	return m
}

func joining(m *eilev1.Member, d day.Day) *eilev1.Member {
	m.JoinedOn = d.Proto()
	return m
}

func leaving(m *eilev1.Member, d day.Day) *eilev1.Member {
	m.LeftOn = d.Proto()
	return m
}

func codes(r Result) string {
	list := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		list[i] = reason.GetCode()
	}
	return strings.Join(list, " ")
}

func TestNeed(t *testing.T) {
	cases := []struct {
		name, standard string
		members        []*eilev1.Member
		want           int
		codes          string
	}{
		{"a couple of any age", "uk-bedroom-standard", []*eilev1.Member{aged(self, woman, 17), aged(partner, man, 17)}, 1, "COUPLE"},
		{"partner given before the applicant", "canada-nos", []*eilev1.Member{aged(partner, man, 40), aged(self, woman, 40)}, 1, "COUPLE"},
		{"second couple", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 30), aged(parent, man, 60), partnerOf(aged(parent, woman, 60), 2)}, 2, "ADULT COUPLE"},
		{"couple said by both", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 30), partnerOf(aged(parent, man, 60), 3), partnerOf(aged(parent, woman, 60), 2)}, 2, "ADULT COUPLE"},
		{"ages of a couple do not matter", "eurostat-rooms", []*eilev1.Member{undated(aged(self, woman, 0)), undated(aged(partner, man, 0))}, 2, "HOUSEHOLD COUPLE"},
		{"partner who left", "canada-nos",
			[]*eilev1.Member{aged(self, woman, 30), leaving(aged(partner, man, 30), today), aged(child, woman, 3)}, 2, "NOT_COUNTED LONE_PARENT UNPAIRED"},
		{"partner on the last day", "canada-nos",
			[]*eilev1.Member{aged(self, woman, 30), leaving(aged(partner, man, 30), today+1), aged(child, woman, 3)}, 2, "COUPLE UNPAIRED"},
		{"partner who comes tomorrow", "canada-nos",
			[]*eilev1.Member{aged(self, woman, 30), joining(aged(partner, man, 30), today+1)}, 0, "NOT_COUNTED STUDIO"},
		{"partner who comes today", "canada-nos",
			[]*eilev1.Member{aged(self, woman, 30), joining(aged(partner, man, 30), today)}, 1, "COUPLE"},
		{"not born yet", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 30), {Relation: child, BirthDate: (today + 1).Proto()}}, 1, "NOT_COUNTED ADULT"},
		{"born today", "uk-bedroom-standard", []*eilev1.Member{aged(self, woman, 30), aged(child, woman, 0)}, 2, "LONE_PARENT UNPAIRED"},
		{"lone parent of 17 with a baby girl", "canada-nos", []*eilev1.Member{aged(self, woman, 17), aged(child, woman, 0)}, 2, "LONE_PARENT UNPAIRED"},
		{"sisters of 17 and 3 without a parent", "canada-nos", []*eilev1.Member{aged(self, woman, 17), aged(other, woman, 3)}, 1, "PAIR_SAME_SEX"},
		{"lone person without a birth date", "canada-nos", []*eilev1.Member{undated(aged(self, woman, 0))}, 0, "STUDIO"},
		{"sex X of 12 with a boy of 12", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 40), aged(child, sexX, 12), aged(child, man, 12)}, 3, "LONE_PARENT UNPAIRED UNPAIRED"},
		{"two of sex X of 12", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 40), aged(child, sexX, 12), aged(child, sexX, 12)}, 3, "LONE_PARENT UNPAIRED UNPAIRED"},
		{"sex X of 9 with a boy of 9", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 40), aged(child, sexX, 9), aged(child, man, 9)}, 2, "LONE_PARENT PAIR_YOUNG"},
		{"unknown sex that is not asked", "eurostat-rooms",
			[]*eilev1.Member{aged(self, woman, 40), aged(child, unknown, 11), aged(child, unknown, 2)}, 3, "HOUSEHOLD LONE_PARENT PAIR_YOUNG"},
		{"unknown sex with nobody to share with", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 40), aged(child, unknown, 15)}, 2, "LONE_PARENT UNPAIRED"},
		{"girls of 11 and 12", "eurostat-rooms",
			[]*eilev1.Member{aged(self, woman, 40), aged(child, woman, 11), aged(child, woman, 12)}, 4, "HOUSEHOLD LONE_PARENT UNPAIRED UNPAIRED"},
		{"a child who cannot share", "uk-size-criteria",
			[]*eilev1.Member{aged(self, woman, 40), claiming(aged(child, man, 5), "cannot_share"), aged(child, man, 6)}, 3, "LONE_PARENT CANNOT_SHARE UNPAIRED"},
		{"cannot_share is not asked elsewhere", "uk-bedroom-standard",
			[]*eilev1.Member{aged(self, woman, 40), claiming(aged(child, man, 5), "cannot_share"), aged(child, man, 6)}, 2, "LONE_PARENT PAIR_YOUNG"},
		{"a couple that cannot share", "uk-size-criteria",
			[]*eilev1.Member{aged(self, woman, 40), claiming(aged(partner, man, 50), "cannot_share")}, 2, "COUPLE CANNOT_SHARE"},
		{"one carer's room for two in need of care", "uk-size-criteria",
			[]*eilev1.Member{claiming(aged(self, woman, 40), "overnight_carer"), claiming(aged(partner, man, 50), "overnight_carer")}, 2, "OVERNIGHT_CARER COUPLE"},
		{"foster child as a child", "uk-size-criteria",
			[]*eilev1.Member{aged(self, woman, 40), aged(foster, man, 5), aged(child, man, 6)}, 2, "LONE_PARENT PAIR_YOUNG"},
		{"foster carer", "uk-size-criteria",
			[]*eilev1.Member{claiming(aged(self, woman, 40), "foster_carer"), aged(foster, man, 5), aged(foster, woman, 15), aged(child, man, 6)}, 3,
			"FOSTER_CARER LONE_PARENT NOT_COUNTED NOT_COUNTED UNPAIRED"},
		{"area", "lt-area", []*eilev1.Member{undated(aged(self, woman, 0)), aged(child, woman, 1), leaving(aged(child, man, 2), today)}, 20, "NOT_COUNTED AREA"},
		{"area with disability", "lt-area", []*eilev1.Member{aged(self, woman, 30), claiming(aged(child, woman, 1), "disability")}, 28, "AREA_DISABILITY"},
		{"area after the disabled member left", "lt-area",
			[]*eilev1.Member{aged(self, woman, 30), leaving(claiming(aged(child, woman, 1), "disability"), today)}, 10, "NOT_COUNTED AREA"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := Of(c.standard, c.members, today)
			if err != nil {
				t.Fatal(err)
			}
			if r.Need != c.want || codes(r) != c.codes || r.Standard != c.standard {
				t.Errorf("need is %d of %s because %v; want %d, %s", r.Need, r.Standard, r.Reasons, c.want, c.codes)
			}
		})
	}
}

func says(reason *eilev1.Reason, lang string) string {
	said, _ := words.Rules.Sentence(lang, reason, nil)
	return said
}

func TestReasonsInWords(t *testing.T) {
	family := []*eilev1.Member{
		aged(self, woman, 40), aged(partner, man, 40), aged(child, woman, 15), aged(child, man, 4), aged(child, woman, 12), aged(child, woman, 3),
		aged(parent, woman, 70),
	}
	r, err := Of("eurostat-rooms", family, today)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"the household: 1 room", "members 1 and 2 are a couple: 1 room", "member 7 is 18 or over: 1 room",
		"members 3 and 5 share, same sex and both 12 to 17: 1 room", "members 4 and 6 share, both under 12: 1 room",
	}
	for i, reason := range r.Reasons {
		if i >= len(want) || says(reason, "en") != want[i] {
			t.Errorf("reason %d: %s", i, says(reason, "en"))
		}
	}
	r, err = Of("lt-area", family, today, DisabledMember)
	if err != nil {
		t.Fatal(err)
	}
	if d := r.Reasons[0]; says(d, "en") != "a member has a disability, 7 people at 14 m² each: 98 m²" ||
		says(d, "lt") != "yra asmuo su negalia, asmenų: 7, kiekvienam po 14 m²: 98 m²" {
		t.Errorf("reason is %v", d)
	}
}

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		name, standard string
		members        []*eilev1.Member
		want           string
	}{
		{"nobody", "lt-area", nil, "members"},
		{"nobody any more", "eurostat-rooms", []*eilev1.Member{leaving(aged(self, man, 3), today)}, "members"},
		{"birth dates", "uk-bedroom-standard",
			[]*eilev1.Member{undated(aged(self, woman, 0)), aged(other, man, 30), undated(aged(other, man, 0))}, "member 1: birth date, member 3: birth date"},
		{"sex", "canada-nos", []*eilev1.Member{aged(self, woman, 40), aged(child, unknown, 15), aged(child, man, 15)}, "member 2: sex"},
		{"sex of a child", "uk-size-criteria", []*eilev1.Member{aged(self, woman, 40), aged(child, unknown, 5), aged(child, man, 15)}, "member 2: sex"},
	} {
		_, err := Of(c.standard, c.members, today)
		var missing *MissingError
		if !errors.As(err, &missing) || strings.Join(missing.Facts, ", ") != c.want || err.Error() != "missing "+c.want {
			t.Errorf("%s: %v, want missing %s", c.name, err, c.want)
		}
	}
}

func TestContradictions(t *testing.T) {
	broken := aged(child, man, 3)
	broken.BirthDate.Month, broken.BirthDate.Day = 2, 31
	for _, c := range []struct {
		name    string
		members []*eilev1.Member
		want    string
	}{
		{"two partners", []*eilev1.Member{aged(self, woman, 40), aged(partner, man, 40), aged(partner, man, 41)}, "member 1 has two partners"},
		{"partner of a partner", []*eilev1.Member{aged(self, woman, 40), aged(partner, man, 40), partnerOf(aged(other, man, 41), 2)}, "member 2 has two partners"},
		{"partner of itself", []*eilev1.Member{partnerOf(aged(self, woman, 40), 1)}, "member 1 is given as the partner of itself"},
		{"partner of nobody", []*eilev1.Member{partnerOf(aged(self, woman, 40), 3)}, "partner of member 3, but there are 1 members"},
		{"two applicants", []*eilev1.Member{aged(self, woman, 40), aged(self, woman, 40)}, "member 1 and member 2 are both the applicant"},
		{"impossible joining", []*eilev1.Member{{JoinedOn: broken.GetBirthDate()}}, "member 1: joined_on: 2021-02-31 is not a date"},
		{"impossible leaving", []*eilev1.Member{{LeftOn: broken.GetBirthDate()}}, "member 1: left_on: 2021-02-31 is not a date"},
		{"impossible date", []*eilev1.Member{aged(self, woman, 40), broken}, "member 2: birth date: 2021-02-31 is not a date"},
	} {
		_, err := Of("canada-nos", c.members, today)
		var missing *MissingError
		if err == nil || errors.As(err, &missing) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := Of("bedrooms", nil, today); err == nil || !strings.Contains(err.Error(), "uk-bedroom-standard, uk-size-criteria") {
		t.Errorf("an unknown standard: %v", err)
	}
}

func TestAttributesTakeEffect(t *testing.T) {
	m := claiming(aged(self, woman, 40), "disability")
	m.Attributes["disability"].EffectiveOn = today.Proto()
	family := []*eilev1.Member{m}
	for d, want := range map[day.Day]int{today - 1: 10, today: 14} {
		r, err := Of("lt-area", family, d)
		if err != nil || r.Need != want {
			t.Errorf("on %s: %d, %v; want %d", d, r.Need, err, want)
		}
	}
	if next, ok := NextChange("lt-area", family, today-10); !ok || next != today {
		t.Errorf("next change is %s, %v", next, ok)
	}
}

// TestBirthdays holds that need changes on the birthday and not the day before, born on 29 February
// included.
func TestBirthdays(t *testing.T) {
	for _, c := range []struct {
		standard, birth, birthday string
		before, after             int
	}{
		{"uk-bedroom-standard", "2010-06-15", "2020-06-15", 2, 3},
		{"uk-bedroom-standard", "2012-02-29", "2022-03-01", 2, 3},
		{"uk-size-criteria", "2010-06-15", "2020-06-15", 2, 3},
		{"canada-nos", "2015-12-31", "2020-12-31", 2, 3},
		{"eurostat-rooms", "2008-02-29", "2020-02-29", 3, 4},
	} {
		birthday := on(c.birthday)
		family := []*eilev1.Member{
			{Relation: self, Sex: woman, BirthDate: on("1980-01-01").Proto()},
			{Relation: child, Sex: man, BirthDate: on(c.birth).Proto()},
			{Relation: child, Sex: woman, BirthDate: (birthday - 400).Proto()},
		}
		for d, want := range map[day.Day]int{birthday - 1: c.before, birthday: c.after} {
			r, err := Of(c.standard, family, d)
			if err != nil || r.Need != want {
				t.Errorf("%s, born %s, on %s: %d, %v; want %d", c.standard, c.birth, d, r.Need, err, want)
			}
		}
		if next, ok := NextChange(c.standard, family, birthday-1); !ok || next != birthday {
			t.Errorf("%s, born %s: next change after %s is %s, %v", c.standard, c.birth, birthday-1, next, ok)
		}
	}
}

func TestOfChangesNothing(t *testing.T) {
	family := []*eilev1.Member{aged(self, woman, 40), aged(child, man, 3), aged(child, man, 15), aged(child, woman, 1)}
	before := make([]proto.Message, len(family))
	for i, m := range family {
		before[i] = proto.Clone(m)
	}
	for _, s := range Standards() {
		if _, err := Of(s, family, today); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range family {
		if !proto.Equal(m, before[i]) {
			t.Errorf("member %d was changed", i+1)
		}
	}
	if names := Standards(); !slices.Equal(names, []string{"uk-bedroom-standard", "uk-size-criteria", "canada-nos", "eurostat-rooms", "lt-area"}) {
		t.Errorf("standards are %v", names)
	}
}

func BenchmarkOf(b *testing.B) {
	family := []*eilev1.Member{
		aged(self, woman, 40), aged(partner, man, 40), aged(child, woman, 15), aged(child, man, 4), aged(child, woman, 12), aged(child, woman, 3),
	}
	for _, s := range Standards() {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Of(s, family, today); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("next-change", func(b *testing.B) {
		for b.Loop() {
			NextChange("uk-bedroom-standard", family, today)
		}
	})
	b.Run("hundred-members", func(b *testing.B) {
		crowd := slices.Clone(family)
		for i := len(crowd); i < 100; i++ {
			crowd = append(crowd, aged(child, eilev1.Sex(1+i%3), i%20))
		}
		for b.Loop() {
			if _, err := Of("uk-bedroom-standard", crowd, today); err != nil {
				b.Fatal(err)
			}
		}
	})
}
