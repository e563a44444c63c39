package table

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func on(s string) day.Day {
	d, err := day.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

var today = on("2026-11-21")

func TestParseMembers(t *testing.T) {
	members, err := ParseMembers("self/F/1985-02-03;partner/M/1984-02-29;foster_child/X/2026-11-21;partner_of:5/M/1950-01-01;parent/F/;other//1999-12-31;other/M/2001-01-01/partner_of:6", today)
	if err != nil {
		t.Fatal(err)
	}
	want := []*eilev1.Member{
		{Relation: eilev1.Relation_RELATION_SELF, Sex: eilev1.Sex_SEX_FEMALE, BirthDate: on("1985-02-03").Proto()},
		{Relation: eilev1.Relation_RELATION_PARTNER, Sex: eilev1.Sex_SEX_MALE, BirthDate: on("1984-02-29").Proto()},
		{Relation: eilev1.Relation_RELATION_FOSTER_CHILD, Sex: eilev1.Sex_SEX_X, BirthDate: on("2026-11-21").Proto()},
		{Relation: eilev1.Relation_RELATION_PARTNER, Sex: eilev1.Sex_SEX_MALE, BirthDate: on("1950-01-01").Proto(), PartnerOf: 5},
		{Relation: eilev1.Relation_RELATION_PARENT, Sex: eilev1.Sex_SEX_FEMALE},
		{Relation: eilev1.Relation_RELATION_OTHER, BirthDate: on("1999-12-31").Proto()},
		{Relation: eilev1.Relation_RELATION_OTHER, Sex: eilev1.Sex_SEX_MALE, BirthDate: on("2001-01-01").Proto(), PartnerOf: 6},
	}
	if len(members) != len(want) {
		t.Fatalf("%d members, want %d", len(members), len(want))
	}
	for i, m := range members {
		if !proto.Equal(m, want[i]) {
			t.Errorf("member %d is %v, want %v", i+1, m, want[i])
		}
	}
	if none, err := ParseMembers("", today); len(none) != 0 || err != nil {
		t.Errorf("an empty text is %v, %v", none, err)
	}
}

func TestParseMembersRefuses(t *testing.T) {
	hundred := "self/F/1985-02-03" + strings.Repeat(";other/M/2000-01-01", 100)
	for text, want := range map[string]string{
		"self":                                 "member 1: it is not relation/sex/birth-date, such as child/M/2015-05-05",
		"self/F":                               "member 1: it is not relation/sex/birth-date, such as child/M/2015-05-05",
		"self/F/1985-02-03;":                   "member 2: it is not relation/sex/birth-date, such as child/M/2015-05-05",
		";self/F/1985-02-03":                   "member 1: it is not relation/sex/birth-date, such as child/M/2015-05-05",
		"self/F/1985-02-03///":                 "member 1: it is not relation/sex/birth-date, such as child/M/2015-05-05",
		"self/F/1985-02-03/":                   `member 1: the partner is not partner_of:N, where N is the number of a member, from 1`,
		"cousin/F/1985-02-03":                  `member 1: the relation is not one of self, partner, child, foster_child, parent, other, or partner_of:N`,
		"Self/F/1985-02-03":                    `member 1: the relation is not one of self, partner, child, foster_child, parent, other, or partner_of:N`,
		"/F/1985-02-03":                        `member 1: the relation is not one of self, partner, child, foster_child, parent, other, or partner_of:N`,
		"self/f/1985-02-03":                    `member 1: the sex is not F, M or X`,
		"self/F/2023-02-31":                    "member 1: 2023-02-31 is not a date: February 2023 has 28 days",
		"self/F/03.02.1985":                    "member 1: the birth date is not a date: write YYYY-MM-DD",
		"self/F/1985-02-03\u00a0":              "member 1: the birth date is not a date: write YYYY-MM-DD",
		"self/F/2026-11-22":                    "member 1: the birth date 2026-11-22 is in the future, after 2026-11-21",
		"boy/Q/1":                              `member 1: the relation is not one of self, partner, child, foster_child, parent, other, or partner_of:N; member 1: the sex is not F, M or X; member 1: the birth date is not a date: write YYYY-MM-DD`,
		"self/F/;self/M/":                      "member 2: member 1 is self already",
		"partner/M/1984-01-01":                 "member 1: is a partner, but nobody is self",
		"self/F/;partner/M/;partner/M/":        "member 3: one of members 3 and 1 has a partner already",
		"partner_of:1/F/":                      "member 1: is the partner of itself",
		"self/F/;partner_of:3/M/":              "member 2: is the partner of a member 3, and there are 2 members",
		"self/F/;partner_of:0/M/":              `member 2: the partner is not partner_of:N, where N is the number of a member, from 1`,
		"self/F/;partner_of:01/M/":             `member 2: the partner is not partner_of:N, where N is the number of a member, from 1`,
		"self/F/;partner_of:1/M//partner_of:1": "member 2: partner_of stands there twice",
		"self/F/;other/M//partner_of:99999999999999999999": `member 2: the partner is not partner_of:N, where N is the number of a member, from 1`,
		"self/F/\x00": "byte 8 of the cell is the control character U+0000: remove it",
		"self/F/\xff": "byte 8 of the cell is not UTF-8: save the file as UTF-8",
		hundred:       "101 members are more than a household can have, which is 100",
	} {
		members, err := ParseMembers(text, today)
		if err == nil || err.Error() != want || members != nil {
			t.Errorf("%q: %v, %v\nwant %s", text, members, err, want)
		}
	}
}

func anyMembers(t *rapid.T) []*eilev1.Member {
	n := rapid.IntRange(0, 12).Draw(t, "members")
	members := make([]*eilev1.Member, n)
	partners := make([]bool, n)
	for i := range members {
		m := &eilev1.Member{Relation: eilev1.Relation(rapid.IntRange(3, 6).Draw(t, "relation")), Sex: eilev1.Sex(rapid.IntRange(0, 3).Draw(t, "sex"))}
		if i == 0 {
			m.Relation = eilev1.Relation_RELATION_SELF
		}
		if rapid.Bool().Draw(t, "dated") {
			m.BirthDate = day.Day(rapid.Int32Range(int32(day.Min), int32(today)).Draw(t, "born")).Proto()
		}
		of := rapid.IntRange(0, n).Draw(t, "partner of")
		if of > 0 && of <= i && !partners[of-1] {
			partners[i], partners[of-1] = true, true
			m.PartnerOf = int32(of)
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 0:
				m.Relation = eilev1.Relation_RELATION_PARTNER
			case 1:
				if of == 1 {
					m.Relation, m.PartnerOf = eilev1.Relation_RELATION_PARTNER, 0
				}
			}
		}
		members[i] = m
	}
	return members
}

func TestMembersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := anyMembers(t)
		text := FormatMembers(members)
		back, err := ParseMembers(text, today)
		if err != nil || len(back) != len(members) {
			t.Fatalf("%q: %d members, %v; want %d", text, len(back), err, len(members))
		}
		for i := range back {
			if !proto.Equal(back[i], members[i]) {
				t.Fatalf("%q: member %d is %v, was %v", text, i+1, back[i], members[i])
			}
		}
	})
}

func FuzzParseMembers(f *testing.F) {
	for _, s := range []string{
		"", "self/F/1985-02-03;partner/M/1984-01-01;child/M/2015-05-05", "self/X/;parent/F/1950-01-01;partner_of:2/M/1949-02-29",
		"other/M/2001-01-01/partner_of:2;other//", "self/F/1985-02-03/", ";;", "partner_of:1//",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		members, err := ParseMembers(s, today)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error has more than one line: %v", err)
			}
			return
		}
		text := FormatMembers(members)
		back, err := ParseMembers(text, today)
		if err != nil || len(back) != len(members) {
			t.Fatalf("%q is written as %q, which is %v, %v", s, text, back, err)
		}
		for i := range back {
			if !proto.Equal(back[i], members[i]) {
				t.Fatalf("%q is written as %q; member %d differs", s, text, i+1)
			}
		}
	})
}
