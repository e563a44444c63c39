package need

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// rules restate each standard for the tests, from the texts and not from the code: whether two
// people may share, and from what age one has a room alone.
var rules = map[string]struct {
	alone, common int
	share         func(a, b int, sameSex bool) bool
}{
	"uk-bedroom-standard": {21, 0, func(a, b int, sameSex bool) bool {
		teen := func(x int) bool { return x >= 10 && x <= 20 }
		switch {
		case teen(a) && teen(b):
			return sameSex
		case a < 10 && b < 10:
			return true
		}
		return sameSex && a <= 20 && b <= 20 // a teenager and a child
	}},
	"uk-size-criteria": {16, 0, func(a, b int, sameSex bool) bool { return a < 16 && b < 16 && sameSex || a < 10 && b < 10 }},
	"canada-nos":       {18, 0, func(a, b int, sameSex bool) bool { return a < 18 && b < 18 && sameSex || a < 5 && b < 5 }},
	"eurostat-rooms": {18, 1, func(a, b int, sameSex bool) bool {
		teen := func(x int) bool { return x >= 12 && x <= 17 }
		return teen(a) && teen(b) && sameSex || a < 12 && b < 12
	}},
}

// leastRooms tries every way to put people into rooms of one or two.
func leastRooms(people []*eilev1.Member, share func(a, b *eilev1.Member) bool) int {
	if len(people) == 0 {
		return 0
	}
	first, rest := people[0], people[1:]
	best := 1 + leastRooms(rest, share)
	for i, p := range rest {
		if share(first, p) {
			best = min(best, 1+leastRooms(slices.Concat(rest[:i], rest[i+1:]), share))
		}
	}
	return best
}

func ageOf(m *eilev1.Member, on day.Day) int {
	born, _, _ := day.FromProto(m.GetBirthDate())
	return day.Age(born, on)
}

// slow counts rooms for an applicant who comes first, perhaps with a partner who comes second, and
// others.
func slow(standard string, members []*eilev1.Member, on day.Day) int {
	rule := rules[standard]
	if standard == "canada-nos" && len(members) == 1 {
		return 0
	}
	rooms, rest := rule.common, members
	children := slices.ContainsFunc(members, func(m *eilev1.Member) bool { return m.GetRelation() == child })
	switch {
	case len(members) > 1 && members[1].GetRelation() == partner:
		rooms, rest = rooms+1, members[2:]
	case children:
		rooms, rest = rooms+1, members[1:]
	}
	return rooms + leastRooms(rest, func(a, b *eilev1.Member) bool {
		x, y := ageOf(a, on), ageOf(b, on)
		sameSex := a.GetSex() == b.GetSex() && a.GetSex() != sexX
		return x < rule.alone && y < rule.alone && rule.share(x, y, sameSex)
	})
}

// anyHousehold draws up to nine members, the applicant first; ages lie near those that the
// standards ask.
func anyHousehold(t *rapid.T, on day.Day) []*eilev1.Member {
	age := rapid.OneOf(rapid.IntRange(0, 22), rapid.SampledFrom([]int{4, 5, 9, 10, 11, 12, 15, 16, 17, 18, 20, 21, 45}))
	member := func(r eilev1.Relation) *eilev1.Member {
		years := age.Draw(t, "age")
		// Up to a year past the birthday, its eve included.
		born := day.Birthday(on.AddYears(-years), 0).AddDays(-rapid.IntRange(0, 364).Draw(t, "days"))
		return &eilev1.Member{Relation: r, Sex: rapid.SampledFrom([]eilev1.Sex{woman, man, woman, man, sexX}).Draw(t, "sex"), BirthDate: born.Proto()}
	}
	family := []*eilev1.Member{member(self)}
	if rapid.Bool().Draw(t, "couple") {
		family = append(family, member(partner))
	}
	rest := rapid.SampledFrom([]eilev1.Relation{child, other}).Draw(t, "rest")
	for range rapid.IntRange(0, 9-len(family)).Draw(t, "others") {
		family = append(family, member(rest))
	}
	return family
}

func anyDate(t *rapid.T) day.Day {
	return day.Day(rapid.Int32Range(int32(on("1990-01-01")), int32(on("2040-12-31"))).Draw(t, "on"))
}

func TestLargestPairing(t *testing.T) {
	check := func(t *rapid.T) {
		d := anyDate(t)
		family := anyHousehold(t, d)
		for standard := range rules {
			r, err := Of(standard, family, d)
			if err != nil {
				t.Fatal(err)
			}
			if want := slow(standard, family, d); r.Need != want {
				t.Fatalf("%s on %s: %d because %v; trying all gives %d", standard, d, r.Need, r.Reasons, want)
			}
			checkReasons(t, r, len(family))
		}
	}
	rapid.Check(t, check)
	if os.Getenv("EILE_LONG") == "1" {
		for range 100 {
			rapid.Check(t, check)
		}
	}
}

var reasonForm = regexp.MustCompile(`^(?:the household|members? (\d+)(?: and (\d+))?).*: (\d) (?:bed)?rooms?$`)

// checkReasons holds that the reasons name every member once and add up to the need.
func checkReasons(t *rapid.T, r Result, members int) {
	sum, named := 0, make([]int, members+1)
	for _, reason := range r.Reasons {
		parts := reasonForm.FindStringSubmatch(says(reason, "en"))
		if parts == nil {
			t.Fatalf("a reason of another form: %s", says(reason, "en"))
		}
		rooms, err := strconv.Atoi(parts[3])
		if err != nil {
			t.Fatal(err)
		}
		sum += rooms
		for _, n := range parts[1:3] {
			if i, err := strconv.Atoi(n); err == nil {
				named[i]++
			}
		}
	}
	if sum != r.Need {
		t.Fatalf("reasons add up to %d, need is %d: %v", sum, r.Need, r.Reasons)
	}
	for i, n := range named[1:] {
		if n != 1 {
			t.Fatalf("member %d is named %d times: %v", i+1, n, r.Reasons)
		}
	}
}

func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t)
		family := anyHousehold(t, d)
		// One more person, not a child, so that nobody becomes a lone parent by it.
		more := append(slices.Clone(family), &eilev1.Member{
			Relation: other, Sex: rapid.SampledFrom([]eilev1.Sex{woman, man, sexX}).Draw(t, "sex of one more"),
			BirthDate: d.AddYears(-rapid.IntRange(0, 30).Draw(t, "age of one more")).Proto(),
		})
		order := rapid.Permutation(slices.Clone(family)).Draw(t, "order")
		for _, standard := range Standards() {
			a, err := Of(standard, family, d)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Of(standard, more, d)
			if err != nil {
				t.Fatal(err)
			}
			most := 1
			switch {
			case standard == "lt-area":
				most = 10
			case standard == "canada-nos" && len(family) == 1:
				most = 2 // from a studio
			}
			if b.Need < a.Need || b.Need > a.Need+most {
				t.Fatalf("%s: one person more changes the need from %d to %d", standard, a.Need, b.Need)
			}
			c, err := Of(standard, order, d)
			if err != nil || c.Need != a.Need {
				t.Fatalf("%s: another order of the members changes the need from %d to %d, %v", standard, a.Need, c.Need, err)
			}
		}
	})
}

// TestNextChange holds that the need is the same on every day before the next change.
func TestNextChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t)
		family := anyHousehold(t, d)
		soon := rapid.IntRange(-400, 800)
		for i, m := range family {
			switch rapid.IntRange(0, 5).Draw(t, "event") {
			case 0:
				m.JoinedOn = d.AddDays(soon.Draw(t, "joins")).Proto()
			case 1:
				m.LeftOn = d.AddDays(soon.Draw(t, "leaves")).Proto()
			case 2:
				m.BirthDate = d.AddDays(soon.Draw(t, "born")).Proto()
			case 3:
				claiming(m, "disability", "cannot_share")
				m.Attributes["disability"].EffectiveOn = d.AddDays(soon.Draw(t, "effective")).Proto()
			}
			if i == 0 {
				m.JoinedOn, m.LeftOn = nil, nil
			}
		}
		standard := rapid.SampledFrom(Standards()).Draw(t, "standard")
		next, ok := NextChange(standard, family, d)
		if ok && next <= d {
			t.Fatalf("next change after %s is %s", d, next)
		}
		if !ok {
			next = d.AddYears(30)
		}
		a, errA := Of(standard, family, d)
		last := next - 1
		b, errB := Of(standard, family, last)
		middle := d + day.Day(rapid.IntRange(0, int(last-d)).Draw(t, "middle"))
		c, errC := Of(standard, family, middle)
		if (errA == nil) != (errB == nil) || (errA == nil) != (errC == nil) || a.Need != b.Need || a.Need != c.Need {
			t.Fatalf("%s: %d on %s, %d on %s, %d on %s, but the next change is %s", standard, a.Need, d, c.Need, middle, b.Need, last, next)
		}
	})
}
