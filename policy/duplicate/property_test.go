package duplicate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// person draws one person of one of a few applications, from values so few that people meet.
func person() *rapid.Generator[Person] {
	return rapid.Custom(func(t *rapid.T) Person {
		p := Person{
			Reference:    fmt.Sprint("A-", rapid.IntRange(1, 12).Draw(t, "reference")),
			GivenName:    rapid.SampledFrom([]string{"", "Ona", "Žemyna", "Ona Žemyna"}).Draw(t, "given"),
			FamilyName:   rapid.SampledFrom([]string{"", "Ąžuolė", "Žemyna Ąžuolė"}).Draw(t, "family"),
			Email:        rapid.SampledFrom([]string{"", "", "", "ona@example.lt", "ž@example.lt"}).Draw(t, "email"),
			PersonalCode: rapid.SampledFrom([]string{"", "", "", "", "48501230019", "E 12"}).Draw(t, "code"),
			BirthKnown:   rapid.Bool().Draw(t, "birth known"),
		}
		if p.BirthKnown {
			p.Birth = day.Day(rapid.IntRange(-1, 1).Draw(t, "birth"))
		}
		return p
	})
}

func people() *rapid.Generator[[]Person] { return rapid.SliceOfN(person(), 0, 16) }

// reasons for which two people match, told in the plainest way.
func reasons(a, b Person) []eilev1.DuplicateReason {
	var found []eilev1.DuplicateReason
	if a.GivenName != "" && a.FamilyName != "" && a.GivenName == b.GivenName && a.FamilyName == b.FamilyName &&
		a.BirthKnown && b.BirthKnown && a.Birth == b.Birth {
		found = append(found, byName)
	}
	if a.Email != "" && a.Email == b.Email {
		found = append(found, byEmail)
	}
	if a.PersonalCode != "" && a.PersonalCode == b.PersonalCode {
		found = append(found, byCode)
	}
	return found
}

// partition returns which applications hang together, by joining until nothing changes.
func partition(all []Person) map[string]string {
	first := map[string]string{}
	for _, p := range all {
		first[p.Reference] = p.Reference
	}
	for changed := true; changed; {
		changed = false
		for _, a := range all {
			for _, b := range all {
				if len(reasons(a, b)) > 0 && first[a.Reference] > first[b.Reference] {
					first[a.Reference], changed = first[b.Reference], true
				}
			}
		}
	}
	return first
}

func TestGroupsAreWhatHangsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := people().Draw(t, "people")
		groups := find(all...)
		want := map[string][]string{}
		for reference, first := range partition(all) {
			want[first] = append(want[first], reference)
		}
		for first, references := range want {
			if len(references) < 2 {
				delete(want, first)
			}
		}
		if len(groups) != len(want) {
			t.Fatalf("groups %v, want %v", groups, want)
		}
		for _, group := range groups {
			references := members(group)
			slices.Sort(want[references[0]])
			if !slices.Equal(references, want[references[0]]) {
				t.Fatalf("group %v, want %v", references, want[references[0]])
			}
			if group.GetState() != eilev1.DuplicateState_DUPLICATE_STATE_OPEN {
				t.Fatalf("a new group is %v", group.GetState())
			}
		}
		if !slices.IsSortedFunc(groups, func(a, b *eilev1.DuplicateGroup) int { return strings.Compare(members(a)[0], members(b)[0]) }) {
			t.Fatal("the groups are not in order")
		}
		checkMatches(t, all, groups)
	})
}

// checkMatches checks that the matches are those of the people, each once.
func checkMatches(t *rapid.T, all []Person, groups []*eilev1.DuplicateGroup) {
	seen := map[string]bool{}
	told := map[string]bool{}
	for _, group := range groups {
		for _, match := range group.GetMatches() {
			whole := fmt.Sprint(match.GetReason(), match.GetReferences())
			if told[whole] {
				t.Fatalf("%s is told twice", whole)
			}
			told[whole] = true
			for i, a := range match.GetReferences() {
				for _, b := range match.GetReferences()[i+1:] {
					seen[fmt.Sprint(match.GetReason(), a, b)] = true
				}
			}
		}
	}
	for _, a := range all {
		for _, b := range all {
			if a.Reference >= b.Reference {
				continue
			}
			for _, reason := range reasons(a, b) {
				if !seen[fmt.Sprint(reason, a.Reference, b.Reference)] {
					t.Fatalf("%s and %s match by %v; nobody says so", a.Reference, b.Reference, reason)
				}
			}
		}
	}
	for pair := range seen {
		if !slices.ContainsFunc(all, func(a Person) bool {
			return slices.ContainsFunc(all, func(b Person) bool {
				return slices.ContainsFunc(reasons(a, b), func(reason eilev1.DuplicateReason) bool {
					return pair == fmt.Sprint(reason, a.Reference, b.Reference)
				})
			})
		}) {
			t.Fatalf("%s is no match", pair)
		}
	}
}

func TestOrderOfPeopleDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := people().Draw(t, "people")
		mixed := rapid.Permutation(all).Draw(t, "mixed")
		answer := func(all []Person) string {
			text, err := proto.MarshalOptions{Deterministic: true}.Marshal(&eilev1.ListDuplicatesResponse{Groups: find(all...)})
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		if answer(all) != answer(mixed) {
			t.Fatalf("%v and %v differ", find(all...), find(mixed...))
		}
	})
}

func TestMissingBirthDateJoinsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := people().Draw(t, "people")
		for i := range all {
			all[i].BirthKnown = false
		}
		for _, group := range find(all...) {
			for _, match := range group.GetMatches() {
				if match.GetReason() == byName {
					t.Fatalf("joined by name without a birth date: %v", match)
				}
			}
		}
	})
}

func TestUnknownNameJoinsNobody(t *testing.T) {
	born := Person{FamilyName: "Kazlauskienė", Birth: 3654, BirthKnown: true}
	twin := born
	born.Reference, twin.Reference = "A-1", "A-2"
	if groups := find(born, twin); len(groups) > 0 {
		t.Errorf("two of whom no given name is known are joined: %v", groups)
	}
}

func TestRemovingAnApplicationCreatesNoGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := people().Draw(t, "people")
		gone := fmt.Sprint("A-", rapid.IntRange(1, 12).Draw(t, "gone"))
		before := find(all...)
		left := slices.DeleteFunc(slices.Clone(all), func(p Person) bool { return p.Reference == gone })
		for _, group := range find(left...) {
			if !slices.ContainsFunc(before, func(former *eilev1.DuplicateGroup) bool {
				return !slices.ContainsFunc(members(group), func(reference string) bool { return !slices.Contains(members(former), reference) })
			}) {
				t.Fatalf("without %s there is a group %v that is part of none before: %v", gone, members(group), before)
			}
		}
	})
}

// sloppy writes a text as another clerk might: case, spaces, decomposed letters.
func sloppy(t *rapid.T, text string) string {
	if text == "" {
		return rapid.SampledFrom([]string{"", " ", "\u00a0\t"}).Draw(t, "nothing")
	}
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		text = norm.NFD.String(text)
	case 1:
		text = strings.ToUpper(text)
	case 2:
		text = strings.ToLower(norm.NFD.String(text))
	}
	space := rapid.SampledFrom([]string{" ", "  ", "\u00a0", "\t "}).Draw(t, "space")
	return strings.ReplaceAll(" "+text, " ", space)
}

func TestCaseSpacesAndCompositionDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := people().Draw(t, "people")
		other := slices.Clone(all)
		for i := range other {
			p := &other[i]
			for _, text := range []*string{&p.GivenName, &p.FamilyName, &p.Email, &p.PersonalCode} {
				*text = sloppy(t, *text)
			}
		}
		want, got := &eilev1.ListDuplicatesResponse{Groups: find(all...)}, &eilev1.ListDuplicatesResponse{Groups: find(other...)}
		if !proto.Equal(got, want) {
			t.Fatalf("%+v gives %v; %+v gives %v", all, want, other, got)
		}
	})
}

// TestNothingElseIsLetPass has pairs that lax matching joins.
func TestNothingElseIsLetPass(t *testing.T) {
	for _, pair := range [][2]Person{
		{{GivenName: "Jonah", FamilyName: "Smith"}, {GivenName: "James", FamilyName: "Smith"}},
		{{GivenName: "Jonas", FamilyName: "Kazlauskas"}, {GivenName: "Jonas", FamilyName: "Kazlauskis"}},
		{{GivenName: "Anna Maria", FamilyName: "Jones"}, {GivenName: "Anna", FamilyName: "Maria Jones"}},
		{{GivenName: "Jones", FamilyName: "Anna"}, {GivenName: "Anna", FamilyName: "Jones"}},
		{{GivenName: "Žemyna", FamilyName: "Ąžuolė"}, {GivenName: "Zemyna", FamilyName: "Azuole"}},
		{{GivenName: "Anne-Marie", FamilyName: "Jones"}, {GivenName: "Anne Marie", FamilyName: "Jones"}},
		{{GivenName: "Ona", FamilyName: "Ona", Email: "48501230019"}, {GivenName: "Ana", FamilyName: "Ana", PersonalCode: "48501230019"}},
		{{GivenName: "Ona", FamilyName: "Ona", Email: "ona.ona@example.lt"}, {GivenName: "Ana", FamilyName: "Ana", Email: "onaona@example.lt"}},
		{{GivenName: "Ona", FamilyName: "Ona", Birth: 1}, {GivenName: "Ona", FamilyName: "Ona", Birth: 2}},
	} {
		for i := range pair {
			pair[i].Reference, pair[i].BirthKnown = fmt.Sprint("A-", i), true
		}
		if groups := find(pair[0], pair[1]); len(groups) > 0 {
			t.Errorf("%+v and %+v are joined: %v", pair[0], pair[1], groups)
		}
	}
}

func TestOneApplicationIsNoGroup(t *testing.T) {
	one := Person{Reference: "A-1", GivenName: "Ona", FamilyName: "Ona", BirthKnown: true, Email: "ona@example.lt"}
	if groups := find(one, one); len(groups) > 0 {
		t.Errorf("one application with one person twice: %v", groups)
	}
}

// TestShortWayIsTheLongWay holds the fast path against the Unicode tables, letter by letter.
func TestShortWayIsTheLongWay(t *testing.T) {
	for r := rune(0); r < 0x250; r++ {
		if text := string(r); simple(text) && strings.ToLower(text) != folded(text) {
			t.Errorf("%q becomes %q, but folds to %q", text, strings.ToLower(text), folded(text))
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, text := range []string{"", " Ona  ŽEMYNA ", "Straße", "İ", "e\u0328\u0300", "\xff", "Ꮟꮟ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := plain(text)
		if again := plain(once); again != once {
			t.Errorf("%q becomes %q and that %q", text, once, again)
		}
		if other := plain(norm.NFD.String(text)); other != once {
			t.Errorf("%q is %q, decomposed it is %q", text, once, other)
		}
		if strings.ContainsFunc(strings.ReplaceAll(once, " ", ""), unicode.IsSpace) || strings.TrimSpace(once) != once {
			t.Errorf("%q keeps spaces: %q", text, once)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	const n = 100_000
	given := strings.Fields("Ona Žemyna Jonas Antanas Rūta Eglė Lukas Matas Emilija Austėja")
	for b.Loop() {
		var f Finder
		for i := range n {
			f.Add(Person{
				Reference: fmt.Sprint("A-", i), GivenName: given[i%10], FamilyName: fmt.Sprint("Ąžuolas", i%997),
				Birth: day.Day(i % 9973), BirthKnown: true, Email: fmt.Sprint(i, "@example.lt"),
			})
		}
		f.Groups()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/person")
}
