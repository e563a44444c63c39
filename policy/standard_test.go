package policy

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/fact"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// NSPIRE against the published weights, worked out in fractions: each defect once in its unit or
// area, alarms for nothing, below 60 or a unit loss of 30.
func TestNSPIRE(t *testing.T) {
	words := map[string]string{"life_threatening": "LT", "severe": "S", "moderate": "M", "low": "L"}
	weights := map[string]*big.Rat{}
	for _, row := range sharedTable(t, "data", "standards", "nspire_defect_impact_weights.csv") {
		for _, location := range []string{"unit", "inside", "outside"} {
			weights[location+words[row["severity"]]], _ = new(big.Rat).SetString(row[location])
		}
	}
	p := shippedPolicy(t, "us-nspire")
	rapid.Check(t, func(rt *rapid.T) {
		sampled := rapid.Int64Range(1, 6).Draw(rt, "sampled")
		loss := map[string]*big.Rat{}
		facts := []string{fmt.Sprintf("sampled_units=%d", sampled)}
		for _, location := range []string{"unit", "inside", "outside"} {
			loss[location] = new(big.Rat)
			severities := map[string]string{} // of a defect in an area
			var rows []string
			for range rapid.IntRange(0, 12).Draw(rt, location) {
				name := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "area") + "/" + rapid.SampledFrom([]string{"door", "leak", "smoke_alarm", "carbon_monoxide_alarm"}).Draw(rt, "defect")
				severity, again := severities[name]
				if !again {
					severity = rapid.SampledFrom([]string{"LT", "S", "M", "L", "L", "L"}).Draw(rt, "severity")
					severities[name] = severity
					if !strings.Contains(name, "alarm") {
						loss[location].Add(loss[location], weights[location+severity])
					}
				}
				rows = append(rows, name+"/"+severity)
			}
			cell := "none"
			if len(rows) > 0 {
				cell = strings.Join(rows, ";")
			}
			facts = append(facts, location+"_defects="+cell)
		}
		units := new(big.Rat).Quo(loss["unit"], big.NewRat(sampled, 1))
		total := new(big.Rat).Add(loss["unit"], new(big.Rat).Add(loss["inside"], loss["outside"]))
		score := new(big.Rat).Sub(big.NewRat(100, 1), total.Quo(total, big.NewRat(sampled, 1)))
		var want []string
		if score.Cmp(big.NewRat(60, 1)) < 0 {
			want = append(want, "SCORE_BELOW_60")
		}
		if units.Cmp(big.NewRat(30, 1)) >= 0 {
			want = append(want, "UNIT_LOSS_30")
		}
		a := p.Evaluator("").Assess(&eilev1.Unit{}, []*eilev1.Inspection{seen(t, p, "2025-01-01", facts...)}, on(t, "2025-06-01"))
		if got := reasonCodes(a.Reasons); !slices.Equal(got, want) {
			rt.Fatalf("%v: score %s, unit loss %s: %v, want %v", facts, score.FloatString(4), units.FloatString(4), got, want)
		}
	})
}

// A score is cut off, never rounded up to a pass, and a contradiction about one defect is refused.
func TestNSPIREAtTheEdge(t *testing.T) {
	p := shippedPolicy(t, "us-nspire")
	for _, tt := range []struct {
		sampled, unit, inside, outside string
		want, detail                   string
	}{
		{"3", "none", "a/x/LT;b/x/LT", "a/x/S", "FLAGGED SCORE_BELOW_60 ", "scores 59.60 of 100"}, // 121.2 / 3
		{"7", "none", "a/x/LT;b/x/LT;c/x/LT;d/x/LT;e/x/L", "a/x/LT;b/x/S", "FLAGGED SCORE_BELOW_60 ", "scores 59.71 of 100"},
		{"3", "none", "a/x/LT;b/x/LT", "a/x/M;a/y/M;a/z/L", "FIT  ", ""},                                           // exactly 120
		{"1", "a/x/S;a/y/S", "none", "none", "FIT  ", ""},                                                          // 29.6
		{"1", "a/x/M;a/y/S;a/z/M;a/v/L", "none", "none", "FIT  ", ""},                                              // 28.2
		{"1", "a/x/S;a/y/M;a/z/M;a/v/L;a/w/L", "none", "none", "FLAGGED UNIT_LOSS_30 ", "units lose 30.60 points"}, // 14.8 + 11 + 4.8
		{"4", "a/x/LT;b/x/LT", "none", "none", "FLAGGED UNIT_LOSS_30 ", "units lose 30.00 points"},
		{"", "none", "none", "none", "UNASSESSED  inspection.sampled_units", ""},
		{"1", "", "a/x/LT", "none", "UNASSESSED  inspection.unit_defects", ""},
	} {
		var facts []string
		for name, v := range map[string]string{"sampled_units": tt.sampled, "unit_defects": tt.unit, "inside_defects": tt.inside, "outside_defects": tt.outside} {
			if v != "" {
				facts = append(facts, name+"="+v)
			}
		}
		a := p.Evaluator("").Assess(&eilev1.Unit{}, []*eilev1.Inspection{seen(t, p, "2025-01-01", facts...)}, on(t, "2025-06-01"))
		if told(a) != tt.want || tt.detail != "" && !strings.HasPrefix(says(p, "en", a.Reasons[0]), tt.detail) {
			t.Errorf("%v: %q, %v; want %q, %s", facts, told(a), a.Reasons, tt.want, tt.detail)
		}
	}
	i := seen(t, p, "2025-01-01")
	i.Attributes["unit_defects"] = &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: "1A/door/S;1A/door/L"}}
	if got := found(p.ValidateInspection(i)); got != "attributes.unit_defects BAD_ROWS" {
		t.Errorf("one defect of two severities: %s", got)
	}
}

// The verdict is certain exactly when every way of learning what is unknown gives the same.
func TestSevereDeprivation(t *testing.T) {
	p := shippedPolicy(t, "eu-silc")
	e := p.Evaluator("")
	names := []string{"leak", "bath_or_shower", "indoor_toilet", "too_dark"}
	known := []string{"true", "false", ""}
	for n := range 3 * 81 {
		crowded, rest := known[n%3], n/3
		var facts []string
		var told [4]string
		for i, name := range names {
			told[i] = known[rest%3]
			rest /= 3
			if told[i] != "" {
				facts = append(facts, name+"="+told[i])
			}
		}
		if crowded != "" {
			facts = append(facts, "rooms_needed="+map[string]string{"true": "4", "false": "3"}[crowded])
		}
		yes, no := false, false
		for m := range 32 {
			is := func(i int, s string) bool { return s == "true" || s == "" && m>>i&1 == 1 }
			deprived := is(4, crowded) && (is(0, told[0]) || !is(1, told[1]) && !is(2, told[2]) || is(3, told[3]))
			yes, no = yes || deprived, no || !deprived
		}
		want := eilev1.ConditionState_CONDITION_STATE_UNASSESSED
		switch {
		case !no:
			want = eilev1.ConditionState_CONDITION_STATE_FLAGGED
		case !yes:
			want = eilev1.ConditionState_CONDITION_STATE_FIT
		}
		a := e.Assess(&eilev1.Unit{Rooms: proto.Int32(3)}, []*eilev1.Inspection{seen(t, p, "2025-01-01", facts...)}, on(t, "2025-06-01"))
		if a.State != want || (len(a.Missing) > 0) != (want == eilev1.ConditionState_CONDITION_STATE_UNASSESSED) {
			t.Errorf("%v: %v missing %v, want %v", facts, a.State, a.Missing, want)
		}
	}
}

// A home in Lithuania has all the amenities, some or none, whatever is said of gas; wear is flagged
// over the limit, not at it; hazards are those of the newest inspection.
func TestLithuanianHomes(t *testing.T) {
	for _, name := range []string{"lt-vilnius", "lt-zone-b"} {
		p := shippedPolicy(t, name)
		e := p.Evaluator("")
		date := on(t, "2026-06-01")
		var all []eilev1.Amenity
		for a := range fact.AmenityNames {
			all = append(all, a)
		}
		slices.Sort(all)
		rapid.Check(t, func(rt *rapid.T) {
			present := rapid.SliceOfDistinct(rapid.SampledFrom(all), func(a eilev1.Amenity) eilev1.Amenity { return a }).Draw(rt, "amenities")
			wear := rapid.Int32Range(0, 100).Draw(rt, "wear")
			u := &eilev1.Unit{WearPercent: &wear, Amenities: &eilev1.Amenities{Present: present}}
			hazards := rapid.SliceOfDistinct(rapid.SampledFrom(p.Hazards), func(s string) string { return s }).Draw(rt, "hazards")
			inspections := []*eilev1.Inspection{{InspectedOn: on(t, "2020-01-01").Proto(), Hazards: []string{"structure"}}, {InspectedOn: on(t, "2021-01-01").Proto(), Hazards: hazards}}
			var want, level []string
			if wear > 60 {
				want = append(want, "WORN_OVER_LIMIT")
			}
			needed := len(slices.DeleteFunc(slices.Clone(present), func(a eilev1.Amenity) bool { return a == eilev1.Amenity_AMENITY_GAS }))
			if needed < len(all)-1 {
				want = append(want, "LACKS_AMENITIES")
				level = []string{"only some of the amenities: lacks ", "tik dalis patogumų, nėra: "}
				if needed == 0 {
					level = []string{"none of the amenities: lacks ", "jokių patogumų, nėra: "}
				}
			}
			if len(hazards) > 0 {
				want = append(want, "HAZARD_FOUND")
			}
			a := e.Assess(u, inspections, date)
			if got := reasonCodes(a.Reasons); !slices.Equal(got, want) || len(a.Missing) > 0 {
				rt.Fatalf("%v, want %v", got, want)
			}
			for _, r := range a.Reasons {
				if r.GetCode() == "LACKS_AMENITIES" && (!strings.HasPrefix(says(p, "en", r), level[0]) || !strings.HasPrefix(says(p, "lt", r), level[1])) {
					rt.Fatalf("%q, %q", says(p, "en", r), says(p, "lt", r))
				}
				if r.GetCode() == "HAZARD_FOUND" && !strings.Contains(says(p, "en", r), "2021-01-01 found "+strings.Join(hazards, ", ")) {
					rt.Fatal(says(p, "en", r))
				}
			}
		})
		a := e.Assess(&eilev1.Unit{}, nil, date)
		if got := told(a); got != "UNASSESSED  unit.wear_percent,unit.amenities" {
			t.Errorf("%s, nothing known: %s", name, got)
		}
	}
}

// Assessing a home does not grow with what the register holds, and a night assesses many.
func BenchmarkAssess(b *testing.B) {
	p := shippedPolicy(b, "uk-decent-homes")
	s := newSurvey(b, p)
	u := &eilev1.Unit{Attributes: map[string]*eilev1.Fact{}}
	setFacts(b, p, UnitKind, u.Attributes, "dwelling=house")
	i := []*eilev1.Inspection{seen(b, p, "2024-01-01", append([]string{"components=" + cellOf(s.components), "facilities=" + cellOf(s.facilities)}, s.facts...)...)}
	e, date := p.Evaluator(""), on(b, "2025-06-01")
	b.ReportAllocs()
	for b.Loop() {
		e.Assess(u, i, date)
	}
}
