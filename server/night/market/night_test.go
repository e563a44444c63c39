package market

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/allocation/verify"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// scheme is a policy in which homes must have the rooms that a household wants and
// some homes are kept for big households.
func scheme(t failing, mode, reserve, districts string) *policy.Policy {
	t.Helper()
	text := `
name: town
version: "1"
title: {en: Town}
time_zone: UTC
in_force: {from: 2020-01-01}
attributes:
  application:
    rooms: {type: int, min: 1}
    big: {type: bool, unclaimed: false}
lists: [{code: general, title: {en: General}}, {code: second, title: {en: Second}}]
need: {expr: "1"}
order: [{by: registered_at}]
suitability:
  - {code: TOO_SMALL, require: "unit.rooms >= otherwise(rooms, 1)", reason: {en: "{unit.rooms} rooms, wants {otherwise(rooms, 1)}"}}
offers: {days_to_answer: 5, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
districts: {use: DISTRICTS}
approval: none
mode: MODE
`
	if reserve != "" {
		text += "reserves: [{code: big, title: {en: Big}, who: big, strict: " + reserve + "}]\n"
	}
	text = strings.NewReplacer("DISTRICTS", districts, "MODE", mode).Replace(text)
	if known, ok := schemes.Load(text); ok {
		return known.(*policy.Policy)
	}
	rules, err := policy.Load("town.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	schemes.Store(text, rules)
	return rules
}

var schemes sync.Map // policies by text

// tonight is in 2024.
const tonight day.Day = 20_000

// failing is what tests and properties have in common.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}

// people are a town without a register: who stands where, in legal order.
type people struct {
	rules *policy.Policy
	lists map[string][]Standing
	apps  map[string]*eilev1.Application
	homes []Home
	read  []string // applications, as they were asked for
}

func newPeople(rules *policy.Policy) *people {
	return &people{rules: rules, lists: map[string][]Standing{}, apps: map[string]*eilev1.Application{}}
}

// stands lets a household stand last on a list.
func (p *people) stands(list, reference string, rooms int64, big, engaged bool, districts ...string) {
	application := &eilev1.Application{Reference: reference, List: list, Districts: districts, Attributes: map[string]*eilev1.Fact{
		"rooms": {Value: &eilev1.Fact_IntValue{IntValue: rooms}}, "big": {Value: &eilev1.Fact_BoolValue{BoolValue: big}},
	}}
	p.apps[reference] = application
	p.lists[list] = append(p.lists[list], Standing{Reference: reference, Pattern: p.pattern(application), OpenOffer: engaged})
}

// pattern is the same number for households that the rules cannot tell apart.
func (p *people) pattern(application *eilev1.Application) uint32 {
	rooms, big := application.GetAttributes()["rooms"].GetIntValue(), application.GetAttributes()["big"].GetBoolValue()
	number := uint32(rooms) * 2
	if big {
		number++
	}
	number *= 4
	if p.rules.Districts.Limit {
		for i, district := range []string{"north", "south"} {
			if slices.Contains(application.GetDistricts(), district) {
				number += 1 << i
			}
		}
	}
	return number
}

func (p *people) home(reference string, rooms int32, district, earmark string, barred ...string) {
	p.homes = append(p.homes, Home{Unit: &eilev1.Unit{Reference: reference, Rooms: &rooms, District: district, Earmark: earmark}, Barred: barred})
}

func (p *people) night() Night {
	p.read = nil
	return Night{
		Rules: p.rules.Evaluator("seed"), Today: tonight, Homes: p.homes,
		Waiting: func(list string) iter.Seq[Standing] { return slices.Values(p.lists[list]) },
		Application: func(reference string) (*eilev1.Application, error) {
			p.read = append(p.read, reference)
			return p.apps[reference], nil
		},
		Suitability: func(reference string) ([]byte, error) {
			return fmt.Appendf(nil, "%d", p.pattern(p.apps[reference])), nil
		},
		Name: func(reference string) string { return "h" + reference },
	}
}

// told are the matches as APPLICATION UNIT, released ones with an asterisk.
func told(matches []*eilev1.Run_Match) string {
	var all []string
	for _, match := range matches {
		all = append(all, match.GetApplication()+" "+match.GetUnit()+map[bool]string{true: "*"}[match.GetReleased()])
	}
	return strings.Join(all, ", ")
}

// Who gets what, by the rules alone.
func TestWhoGetsWhat(t *testing.T) {
	for name, test := range map[string]struct {
		rules *policy.Policy
		fill  func(p *people)
		want  string
		read  string // applications, in order
	}{
		"in legal order, homes by reference": {scheme(t, "choice", "", "rank"), func(p *people) {
			p.stands("second", "A-3", 1, false, false)
			p.stands("general", "A-2", 1, false, false)
			p.stands("general", "A-1", 1, false, false)
			p.home("U-1", 1, "", "")
			p.home("U-2", 1, "", "")
		}, "A-2 U-1, A-1 U-2", "A-2 A-1"},
		"whom no home suits is read once": {scheme(t, "fill", "", "rank"), func(p *people) {
			p.stands("general", "A-1", 3, false, false)
			p.stands("general", "A-2", 3, false, false)
			p.stands("general", "A-3", 1, false, false)
			p.stands("general", "A-4", 1, false, false)
			p.home("U-1", 2, "", "")
		}, "A-3 U-1", "A-1 A-3"},
		"an open offer": {scheme(t, "choice", "", "rank"), func(p *people) {
			p.stands("general", "A-1", 1, false, true)
			p.stands("general", "A-2", 1, false, false)
			p.home("U-1", 1, "", "")
		}, "A-2 U-1", "A-2"},
		"barred": {scheme(t, "fill", "", "rank"), func(p *people) {
			p.stands("general", "A-1", 1, false, false)
			p.stands("general", "A-2", 1, false, false)
			p.home("U-1", 1, "", "", "A-1")
			p.home("U-2", 1, "", "")
		}, "A-1 U-2, A-2 U-1", "A-1 A-2"},
		"districts that limit": {scheme(t, "choice", "", "limit"), func(p *people) {
			p.stands("general", "A-1", 1, false, false, "south")
			p.stands("general", "A-2", 1, false, false, "north", "south")
			p.home("U-1", 1, "north", "")
			p.home("U-2", 1, "west", "")
		}, "A-2 U-1", "A-1 A-2"},
		"districts that rank": {scheme(t, "choice", "", "rank"), func(p *people) {
			p.stands("general", "A-1", 1, false, false, "south", "north")
			p.stands("general", "A-2", 1, false, false, "south", "north")
			p.stands("general", "A-3", 1, false, false)
			p.home("U-1", 1, "west", "")
			p.home("U-2", 1, "north", "")
			p.home("U-3", 1, "south", "")
		}, "A-1 U-3, A-2 U-2, A-3 U-1", "A-1 A-2 A-3"},
		"a soft earmark": {scheme(t, "choice", "soft", "rank"), func(p *people) {
			p.stands("general", "A-1", 1, false, false)
			p.stands("general", "A-2", 1, true, false)
			p.home("U-1", 1, "", "big")
		}, "A-2 U-1", "A-1 A-2"},
		"a released earmark": {scheme(t, "fill", "released", "rank"), func(p *people) {
			p.stands("general", "A-1", 1, false, false)
			p.stands("general", "A-2", 1, true, false)
			p.home("U-1", 1, "", "big")
			p.home("U-2", 1, "", "big")
		}, "A-1 U-2*, A-2 U-1", "A-1 A-2 A-1"},
		"nobody": {scheme(t, "fill", "hard", "rank"), func(p *people) { p.home("U-1", 1, "", "") }, "", ""},
		"no home": {scheme(t, "fill", "hard", "rank"), func(p *people) {
			p.stands("general", "A-1", 1, false, false)
		}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeople(test.rules)
			test.fill(p)
			result, err := Solve(p.night())
			if err != nil {
				t.Fatal(err)
			}
			if got := told(result.Matches); got != test.want {
				t.Errorf("matched %q, want %q", got, test.want)
			}
			if got := strings.Join(p.read, " "); got != test.read {
				t.Errorf("read %q, want %q", got, test.read)
			}
			if result.Homes != len(p.homes) {
				t.Errorf("%d homes, want %d", result.Homes, len(p.homes))
			}
		})
	}
}

// anyPeople draws a town.
func anyPeople(t *rapid.T) *people {
	draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	mode := draw("mode", "choice", "fill")
	reserve := draw("reserve", "", "hard", "released", "soft")
	if mode == "fill" && reserve == "soft" {
		reserve = ""
	}
	p := newPeople(scheme(t, mode, reserve, draw("districts", "rank", "limit")))
	households := rapid.IntRange(0, 9).Draw(t, "households")
	for i := range rapid.IntRange(0, 6).Draw(t, "homes") {
		var barred []string
		for at := range households {
			if rapid.IntRange(0, 9).Draw(t, "barred") == 0 {
				barred = append(barred, fmt.Sprintf("A-%d", at))
			}
		}
		earmark := ""
		if reserve != "" {
			earmark = draw("earmark", "", "", "big")
		}
		p.home(fmt.Sprintf("U-%d", i), int32(rapid.IntRange(1, 3).Draw(t, "rooms")), draw("district", "", "north", "south"), earmark, barred...)
	}
	for i := range households {
		districts := rapid.SampledFrom([][]string{nil, nil, {"north"}, {"south", "north"}, {"north", "south"}}).Draw(t, "wanted")
		p.stands(draw("list", "general", "general", "second"), fmt.Sprintf("A-%d", i), rapid.Int64Range(1, 4).Draw(t, "wants"),
			rapid.Bool().Draw(t, "big"), rapid.IntRange(0, 7).Draw(t, "engaged") == 0, districts...)
	}
	return p
}

// Reading only those who can matter changes nothing: with a pattern of its own
// for each household the same homes go to the same households, and each round is
// what its mode prescribes.
func TestPassingOverChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeople(t)
		lazy, err := Solve(p.night())
		if err != nil {
			t.Fatal(err)
		}
		plain := p.night()
		number := uint32(0)
		plain.Waiting = func(list string) iter.Seq[Standing] {
			return func(yield func(Standing) bool) {
				for _, s := range p.lists[list] {
					number++
					s.Pattern = number
					if !yield(s) {
						return
					}
				}
			}
		}
		all, err := Solve(plain)
		if err != nil {
			t.Fatal(err)
		}
		if told(lazy.Matches) != told(all.Matches) {
			t.Fatalf("matched %q, everybody for themselves %q", told(lazy.Matches), told(all.Matches))
		}
		for number, round := range lazy.Rounds {
			proven(t, p, round)
			outcome, other := allocation.Certify(round.Instance, round.Seats), allocation.Certify(all.Rounds[number].Instance, all.Rounds[number].Seats)
			if outcome.MaxSize != other.MaxSize {
				t.Errorf("round %d could house %d, everybody for themselves %d", number, outcome.MaxSize, other.MaxSize)
			}
		}
	})
}

// proven holds a round against the verifier, and its record against the instance.
func proven(t *rapid.T, p *people, round *Round) {
	var instance, outcome bytes.Buffer
	certified := allocation.Certify(round.Instance, round.Seats)
	if _, err := round.Instance.WriteTo(&instance); err != nil {
		t.Fatal(err)
	}
	if _, err := certified.WriteTo(&outcome); err != nil {
		t.Fatal(err)
	}
	if violations, err := verify.Check(instance.Bytes(), outcome.Bytes()); err != nil || len(violations) > 0 {
		t.Errorf("%v %q\n%s\n%s", err, violations, instance.Bytes(), outcome.Bytes())
	}
	record := round.Record()
	for i, household := range round.Instance.Households {
		reference := record.GetRead()[i]
		if household.ID != "h"+reference {
			t.Errorf("household %d is %s, the record says %s", i, household.ID, reference)
		}
		for c, class := range record.GetClasses() {
			unit := p.unit(class.GetUnits()[0])
			released := unit.GetEarmark() != "" && round.source.homes.classes[c].sample.GetEarmark() == ""
			why := Against(p.rules.Evaluator("seed"), tonight, p.apps[reference], unit, released)
			suits := len(why) == 0 && !slices.Contains(class.GetBarred(), reference)
			if accepts := slices.Contains(household.Accepts, int32(c)); accepts != suits {
				t.Errorf("%s accepts class %d: %t; against it: %v", reference, c, accepts, why)
			}
			var rule *eilev1.Reason
			for _, unsuitable := range record.GetPatterns()[record.GetPattern()[i]].GetUnsuitable() {
				if slices.Contains(unsuitable.GetClasses(), int32(c)) {
					rule = unsuitable.GetReason()
				}
			}
			if (rule == nil) != (len(why) == 0) || rule != nil && why[0].GetCode() != "OTHER_DISTRICT" && rule.GetCode() != why[0].GetCode() {
				t.Errorf("%s and class %d: the record says %v, the rules %v", reference, c, rule, why)
			}
		}
	}
}

func (p *people) unit(reference string) *eilev1.Unit {
	at := slices.IndexFunc(p.homes, func(h Home) bool { return h.Unit.GetReference() == reference })
	return p.homes[at].Unit
}

// The same night gives the same record, bit for bit.
func TestTheSameNightGivesTheSameRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeople(t)
		var records [2][]byte
		for i := range records {
			result, err := Solve(p.night())
			if err != nil {
				t.Fatal(err)
			}
			for _, round := range result.Rounds {
				bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(round.Record())
				if err != nil {
					t.Fatal(err)
				}
				records[i] = append(records[i], bytes...)
			}
		}
		if !bytes.Equal(records[0], records[1]) {
			t.Fatalf("%x and %x", records[0], records[1])
		}
	})
}

// What cannot be read ends the night; nothing is made up.
func TestWhatCannotBeRead(t *testing.T) {
	broken := errors.New("broken")
	p := newPeople(scheme(t, "choice", "released", "rank"))
	p.stands("general", "A-1", 1, false, false)
	p.stands("general", "A-2", 1, true, false)
	p.home("U-1", 1, "", "big")
	p.home("U-2", 1, "", "big")
	for name, harm := range map[string]func(*Night){
		"an application": func(n *Night) {
			n.Application = func(string) (*eilev1.Application, error) { return nil, broken }
		},
		"a digest": func(n *Night) { n.Suitability = func(string) ([]byte, error) { return nil, broken } },
		"an application of the second round": func(n *Night) {
			read, left := n.Application, 2
			n.Application = func(reference string) (*eilev1.Application, error) {
				if left--; left < 0 {
					return nil, broken
				}
				return read(reference)
			}
		},
	} {
		night := p.night()
		harm(&night)
		if result, err := Solve(night); !errors.Is(err, broken) {
			t.Errorf("%s: %v, %v", name, result, err)
		}
		night = p.night()
		harm(&night)
		if homes, err := Spare(t.Context(), night, nil); !errors.Is(err, broken) {
			t.Errorf("%s: %v, %v", name, homes, err)
		}
	}
}

// Spare homes are those that the night leaves; they go to as many movers as can
// have one, the first of them first.
func TestSpareHomesHarmNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeople(t)
		result, err := Solve(p.night())
		if err != nil {
			t.Fatal(err)
		}
		var movers []*eilev1.Application
		for i := range rapid.IntRange(0, 4).Draw(t, "movers") {
			movers = append(movers, &eilev1.Application{
				Reference: fmt.Sprintf("M-%d", i), Districts: rapid.SampledFrom([][]string{nil, {"north"}}).Draw(t, "mover wants"),
				Attributes: map[string]*eilev1.Fact{"rooms": {Value: &eilev1.Fact_IntValue{IntValue: rapid.Int64Range(1, 3).Draw(t, "needs")}}},
			})
		}
		got, err := Spare(t.Context(), p.night(), movers)
		if err != nil {
			t.Fatal(err)
		}
		taken := map[string]bool{}
		for _, match := range result.Matches {
			taken[match.GetUnit()] = true
		}
		suits := func(m *eilev1.Application, home Home) bool {
			released := home.Unit.GetEarmark() != "" && p.rules.Reserves[0].Strict == policy.ReleasedReserve
			return len(Against(p.rules.Evaluator("seed"), tonight, m, home.Unit, released)) == 0
		}
		for i, reference := range got {
			if reference == "" {
				continue
			}
			home := p.homes[slices.IndexFunc(p.homes, func(h Home) bool { return h.Unit.GetReference() == reference })]
			if taken[reference] || !suits(movers[i], home) {
				t.Fatalf("mover %d gets %s; tonight %s", i, reference, told(result.Matches))
			}
			taken[reference] = true
		}
		// Greedily by mover: the senior-first largest set that can be housed.
		free := slices.DeleteFunc(slices.Clone(p.homes), func(h Home) bool {
			return slices.ContainsFunc(result.Matches, func(m *eilev1.Run_Match) bool { return m.GetUnit() == h.Unit.GetReference() })
		})
		var housed []int
		for i := range movers {
			if canHouse(append(slices.Clone(housed), i), movers, free, suits) {
				housed = append(housed, i)
			}
		}
		for i, reference := range got {
			if (reference != "") != slices.Contains(housed, i) {
				t.Fatalf("movers get %q, want those of %v", got, housed)
			}
		}
	})
}

// canHouse tells whether all of some movers can have a home of their own.
func canHouse(who []int, movers []*eilev1.Application, free []Home, suits func(*eilev1.Application, Home) bool) bool {
	if len(who) == 0 {
		return true
	}
	for i, home := range free {
		if suits(movers[who[0]], home) && canHouse(who[1:], movers, slices.Delete(slices.Clone(free), i, i+1), suits) {
			return true
		}
	}
	return false
}

// The kinds that could be rented are of a class of tonight where they are alike.
func TestKindsOfScenarios(t *testing.T) {
	p := newPeople(scheme(t, "choice", "", "rank"))
	p.stands("general", "A-1", 2, false, false)
	p.stands("general", "A-2", 2, false, false)
	p.stands("second", "A-3", 1, false, true)
	p.home("U-1", 1, "north", "")
	p.home("U-2", 2, "north", "")
	rooms := func(count int32) *int32 { return &count }
	s, classes := NewScenarios(p.night(), []*eilev1.Unit{
		{Rooms: rooms(2), District: "north"}, {Rooms: rooms(2), District: "south"}, {Rooms: rooms(2), District: "south"}, {Rooms: rooms(1), District: "north"},
	})
	if !slices.Equal(classes, []int{1, 2, 2, 0}) || s.Waiting() != 3 || s.Vacant() != 2 {
		t.Errorf("classes %v, %d wait for %d homes", classes, s.Waiting(), s.Vacant())
	}
	now, err := s.Solve(t.Context(), nil)
	if err != nil || now.Housed() != 1 {
		t.Fatalf("tonight: %+v, %v", now, err)
	}
	values, err := s.Value(t.Context(), now, nil, []Offering{{"south", 2, 5}, {"small", 0, 1}})
	if err != nil || values[0].Gain.Households != 1 || values[0].Gain.Senior.Position != 2 || values[1].Gain != (Gain{}) {
		t.Errorf("values %+v, %v", values, err)
	}
	list, err := s.Shop(t.Context(), now, []Offering{{"south", 2, 5}, {"small", 0, 1}}, 20, MostHouseholds)
	if err != nil || len(list) != 1 || list[0].Name != "south" || list[0].Spent != 5 {
		t.Errorf("list %+v, %v", list, err)
	}
}
