package policy

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// sharedTable reads a reference file into rows by column.
func sharedTable(t testing.TB, parts ...string) []map[string]string {
	t.Helper()
	cells, err := csv.NewReader(strings.NewReader(string(shared(t, parts...)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range cells[1:] {
		row := map[string]string{}
		for i, name := range cells[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// survey is a home under uk-decent-homes that has everything, with a few things changed.
type survey struct {
	p          *Policy
	dwelling   string
	components map[string]string // installed/condition
	facilities map[string]string
	facts      []string
	hazards    []string
}

func newSurvey(t testing.TB, p *Policy) *survey {
	t.Helper()
	return &survey{p: p, dwelling: "house",
		components: map[string]string{
			"wall_structure": "2024/good", "lintels": "2024/good", "brickwork": "2024/good", "wall_finish": "2024/good", "roof_structure": "2024/good",
			"roof_finish": "2024/good", "chimney": "/absent", "windows": "2024/good", "external_doors": "2024/good", "kitchen": "2024/good",
			"bathrooms": "2024/good", "gas_boiler": "/absent", "heating_distribution": "2024/good", "heating_other": "2024/good", "electrics": "2024/good"},
		facilities: map[string]string{"kitchen_space": "adequate", "bathroom_location": "adequate", "noise_insulation": "adequate", "common_areas": "adequate"},
		facts:      []string{"effective_insulation=true", "efficient_heating=true", "damp_or_mould=false"},
	}
}

func cellOf(rows map[string]string) string {
	var cells []string
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		cells = append(cells, name+"/"+rows[name])
	}
	return strings.Join(cells, ";")
}

func (s *survey) assess(t testing.TB, date string) Assessment {
	t.Helper()
	u := &eilev1.Unit{Attributes: map[string]*eilev1.Fact{}}
	if s.dwelling != "" {
		setFacts(t, s.p, UnitKind, u.Attributes, "dwelling="+s.dwelling)
	}
	facts := append([]string{"components=" + cellOf(s.components), "facilities=" + cellOf(s.facilities)}, s.facts...)
	i := seen(t, s.p, "2024-01-01", facts...)
	i.Hazards = s.hazards
	return s.p.Evaluator("").Assess(u, []*eilev1.Inspection{i}, on(t, date))
}

// componentNames are the words of the published table.
var componentNames = map[string]string{
	"Wall structure": "wall_structure", "Lintels": "lintels", "Brickwork (spalling)": "brickwork", "Wall finish": "wall_finish",
	"Roof structure": "roof_structure", "Roof finish": "roof_finish", "Chimney": "chimney", "Windows": "windows", "External doors": "external_doors",
	"Kitchen": "kitchen", "Bathrooms": "bathrooms", "Central heating gas boiler": "gas_boiler",
	"Central heating distribution system": "heating_distribution", "Heating other": "heating_other", "Electrical systems": "electrics",
}

var dwellings = map[string]string{"house": "houses_and_bungalows_years", "flat": "flats_below_6_storeys_years", "high_flat": "flats_6_or_more_storeys_years"}

// Every lifetime of the published table, at its last year and one year on, old but good, and poor
// but young; alone and beside another that is old and poor.
func TestDecentHomesComponents(t *testing.T) {
	p := shippedPolicy(t, "uk-decent-homes")
	lifetimes := sharedTable(t, "data", "standards", "decent_homes_component_lifetimes.csv")
	if len(lifetimes) != len(componentNames) {
		t.Fatalf("%d components", len(lifetimes))
	}
	for _, row := range lifetimes {
		for dwelling, column := range dwellings {
			name := componentNames[row["component"]]
			years, err := strconv.Atoi(row[column])
			if err != nil {
				years = 1000 // the table has no lifetime: it never is old
			}
			for _, tt := range []struct {
				installed int
				condition string
				fails     bool
			}{
				{2030 - years, "poor", false}, {2029 - years, "poor", years < 1000}, {2029 - years, "good", false}, {2029, "poor", false},
			} {
				s := newSurvey(t, p)
				s.dwelling = dwelling
				// No home is as old as a component that never is: 1500 is as far as records go.
				s.components[name] = fmt.Sprintf("%d/%s", max(tt.installed, 1500), tt.condition)
				want := "FIT  "
				if tt.fails && row["key"] == "yes" {
					want = "FLAGGED KEY_COMPONENT_OLD_AND_POOR "
				}
				if got := told(s.assess(t, "2030-06-01")); got != want {
					t.Errorf("%s of %d in a %s, %s, in 2030: %s, want %s", name, tt.installed, dwelling, tt.condition, got, want)
				}
				if row["key"] == "yes" {
					continue
				}
				other := map[string]string{"kitchen": "bathrooms", "bathrooms": "heating_distribution", "heating_distribution": "kitchen"}[name]
				s.components[other] = "1985/poor"
				if want = "FIT  "; tt.fails {
					want = "FLAGGED OTHER_COMPONENTS_OLD_AND_POOR "
				}
				if got := told(s.assess(t, "2030-06-01")); got != want {
					t.Errorf("%s of %d beside %s of 1985: %s, want %s", name, tt.installed, other, got, want)
				}
			}
		}
	}
}

// Where age is removed, condition alone counts: one key component, or two others.
func TestDecentHomesComponentsIn2035(t *testing.T) {
	p := shippedPolicy(t, "uk-decent-homes")
	for name, key := range map[string]bool{"windows": true, "electrics": true, "kitchen": false, "bathrooms": false} {
		s := newSurvey(t, p)
		s.components[name] = "2034/poor"
		if got := told(s.assess(t, "2034-12-31")); got != "FIT  " {
			t.Errorf("%s: %s under the standard of 2006", name, got)
		}
		want := map[bool]string{true: "FLAGGED KEY_COMPONENT_POOR ", false: "FIT  "}[key]
		if got := told(s.assess(t, "2035-01-01")); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		s.components["heating_distribution"] = "2034/poor"
		if got := told(s.assess(t, "2035-01-01")); !key && got != "FLAGGED OTHER_COMPONENTS_POOR " {
			t.Errorf("%s and another: %s", name, got)
		}
	}
}

func TestDecentHomesFacilities(t *testing.T) {
	p := shippedPolicy(t, "uk-decent-homes")
	lack := func(s *survey, facilities ...string) {
		for _, f := range facilities {
			s.facilities[f] = "lacking"
		}
	}
	for _, tt := range []struct {
		name, on, dwelling, want string
		change                   func(*survey)
	}{
		{"two lacking", "2030-01-01", "flat", "FIT", func(s *survey) { lack(s, "kitchen_space", "noise_insulation") }},
		{"three lacking", "2030-01-01", "flat", "LACKS_MODERN_FACILITIES", func(s *survey) { lack(s, "kitchen_space", "noise_insulation", "common_areas") }},
		{"a house has no common areas", "2030-01-01", "house", "FIT", func(s *survey) { lack(s, "kitchen_space", "noise_insulation", "common_areas") }},
		{"kitchen of 20 years is modern", "2030-12-31", "flat", "FIT", func(s *survey) {
			s.components["kitchen"] = "2010/good"
			lack(s, "kitchen_space", "noise_insulation")
		}},
		{"kitchen of 21 years is not, though its lifetime is 30", "2030-12-31", "flat", "LACKS_MODERN_FACILITIES", func(s *survey) {
			s.components["kitchen"] = "2009/poor"
			lack(s, "kitchen_space", "noise_insulation")
		}},
		{"bathroom of 30 years is modern", "2030-12-31", "flat", "FIT", func(s *survey) {
			s.components["bathrooms"] = "2000/good"
			lack(s, "kitchen_space", "noise_insulation")
		}},
		{"bathroom of 31 years is not", "2030-12-31", "flat", "LACKS_MODERN_FACILITIES", func(s *survey) {
			s.components["bathrooms"] = "1999/good"
			lack(s, "kitchen_space", "noise_insulation")
		}},
		{"no kitchen", "2030-12-31", "flat", "LACKS_MODERN_FACILITIES", func(s *survey) {
			s.components["kitchen"] = "/absent"
			lack(s, "kitchen_space", "noise_insulation")
		}},
		{"three of six known to be lacking, one not known", "2030-01-01", "flat", "LACKS_MODERN_FACILITIES", func(s *survey) {
			lack(s, "kitchen_space", "noise_insulation", "common_areas")
			delete(s.facilities, "bathroom_location")
		}},
		{"one known to be lacking, one not known", "2030-01-01", "flat", "FIT", func(s *survey) {
			lack(s, "kitchen_space")
			delete(s.facilities, "bathroom_location")
		}},
		{"two known to be lacking, one not known", "2030-01-01", "flat", "inspection.facilities.bathroom_location", func(s *survey) {
			lack(s, "kitchen_space", "noise_insulation")
			delete(s.facilities, "bathroom_location")
		}},
		{"last day: a house with one of three", "2034-12-31", "house", "FIT", func(s *survey) { lack(s, "kitchen_space", "noise_insulation") }},
		{"2035: a house with one of three", "2035-01-01", "house", "LACKS_FACILITIES", func(s *survey) { lack(s, "kitchen_space", "noise_insulation") }},
		{"2035: a house with two of three", "2035-01-01", "house", "FIT", func(s *survey) { lack(s, "noise_insulation", "common_areas") }},
		{"2035: a flat with three of four", "2035-01-01", "high_flat", "FIT", func(s *survey) { lack(s, "common_areas") }},
		{"2035: a flat with two of four", "2035-01-01", "high_flat", "LACKS_FACILITIES", func(s *survey) { lack(s, "noise_insulation", "common_areas") }},
		{"2035: an old kitchen no longer counts", "2035-01-01", "flat", "FIT", func(s *survey) {
			s.components["kitchen"], s.components["bathrooms"] = "1960/good", "1960/good"
			lack(s, "common_areas")
		}},
	} {
		s := newSurvey(t, p)
		s.dwelling = tt.dwelling
		tt.change(s)
		a := s.assess(t, tt.on)
		got := strings.Join(append(reasonCodes(a.Reasons), a.Missing...), " ")
		if a.State == eilev1.ConditionState_CONDITION_STATE_FIT {
			got = "FIT"
		}
		if !strings.Contains(got, tt.want) || a.State == eilev1.ConditionState_CONDITION_STATE_FLAGGED && got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestDecentHomesComfortDampAndUnknowns(t *testing.T) {
	p := shippedPolicy(t, "uk-decent-homes")
	s := newSurvey(t, p)
	for facts, want := range map[string]string{
		"effective_insulation=false efficient_heating=true damp_or_mould=true":  "NO_THERMAL_COMFORT; NO_THERMAL_COMFORT,DAMP_OR_MOULD",
		"effective_insulation=true efficient_heating=false damp_or_mould=false": "NO_THERMAL_COMFORT; NO_THERMAL_COMFORT",
		"effective_insulation=false": "NO_THERMAL_COMFORT; NO_THERMAL_COMFORT",
		"effective_insulation=true":  "MISSING_INSPECTION_EFFICIENT_HEATING; MISSING_INSPECTION_EFFICIENT_HEATING,MISSING_INSPECTION_DAMP_OR_MOULD",
	} {
		s.facts = strings.Fields(facts)
		got := strings.Join(reasonCodes(s.assess(t, "2034-12-31").Reasons), ",") + "; " + strings.Join(reasonCodes(s.assess(t, "2035-01-01").Reasons), ",")
		if got != want {
			t.Errorf("%s: %s, want %s", facts, got, want)
		}
	}
	// The year turns ages, the successor turns the rest.
	if due := newSurvey(t, p).assess(t, "2034-06-01").NextDue; due.String() != "2035-01-01" {
		t.Errorf("due on %s", due)
	}
	s = newSurvey(t, p)
	s.dwelling = ""
	if got := told(s.assess(t, "2030-01-01")); got != "FIT  " {
		t.Errorf("a home whose kind decides nothing: %s", got)
	}
	s.components["windows"] = "1990/poor"
	if got := told(s.assess(t, "2030-01-01")); got != "UNASSESSED  unit.dwelling" {
		t.Errorf("poor windows in an unknown kind of dwelling: %s", got)
	}
}

// HHSRS scores against the published weights and bands, worked out in fractions.
func TestHHSRS(t *testing.T) {
	weights := map[string]*big.Rat{}
	type band struct {
		name     string
		low      *big.Rat
		category string
	}
	var bands []band
	for _, row := range sharedTable(t, "data", "standards", "hhsrs_weights_and_bands.csv") {
		if row["kind"] == "harm_class" {
			weights[row["name"]], _ = new(big.Rat).SetString(row["high_or_weight"])
			continue
		}
		low, _ := new(big.Rat).SetString(row["low"])
		bands = append(bands, band{row["name"], low, row["category"]})
	}
	classes := []string{"I extreme", "II severe", "III serious", "IV moderate"}
	s := newSurvey(t, shippedPolicy(t, "uk-decent-homes"))
	rapid.Check(t, func(rt *rapid.T) {
		left := int64(1000) // tenths of a percent
		spread, score := make([]string, 4), new(big.Rat)
		for i, class := range classes {
			part := left
			if i < 3 {
				part = rapid.Int64Range(0, left).Draw(rt, class)
				if rapid.Bool().Draw(rt, "none of "+class) {
					part = 0
				}
			}
			left -= part
			spread[i] = fmt.Sprintf("%d.%d", part/10, part%10)
			score.Add(score, new(big.Rat).Mul(weights[class], big.NewRat(part, 10)))
		}
		likelihood := rapid.OneOf(rapid.Int64Range(1, 10000), rapid.SampledFrom([]int64{1, 2, 3, 6, 10, 18, 32, 56, 100, 180, 320, 560, 1000})).Draw(rt, "L")
		score.Quo(score, big.NewRat(likelihood, 1))
		at := slices.IndexFunc(bands, func(b band) bool { return score.Cmp(b.low) >= 0 })
		s.facts = append(s.facts[:3:3], fmt.Sprintf("hhsrs=fire/%d/%s", likelihood, strings.Join(spread, "/")))
		a := s.assess(t, "2030-01-01")
		if flagged := a.State == eilev1.ConditionState_CONDITION_STATE_FLAGGED; flagged != (bands[at].category == "1") {
			rt.Fatalf("%s scores %s, band %s: %s", s.facts[3], score.FloatString(3), bands[at].name, told(a))
		}
		whole := new(big.Int).Quo(score.Num(), score.Denom())
		if want := fmt.Sprintf("fire %s %s", whole, bands[at].name); bands[at].category == "1" && !strings.HasSuffix(says(shippedPolicy(t, "uk-decent-homes"), "en", a.Reasons[0]), want) {
			rt.Fatalf("%q does not end in %q", says(shippedPolicy(t, "uk-decent-homes"), "en", a.Reasons[0]), want)
		}
	})
	for facts, want := range map[string]string{
		"hhsrs=fire/10/0/0/32/68": "FLAGGED CATEGORY_1_HAZARD ", // 1028
		"hhsrs=fire/1/0/0/0/100":  "FLAGGED CATEGORY_1_HAZARD ", // exactly 1000
		"hhsrs=fire/10/1/0/0/99":  "FLAGGED CATEGORY_1_HAZARD ", // 1099
		"hhsrs=fire/11/1/0/0/99":  "FIT  ",                      // 999.09
	} {
		s.facts = append(s.facts[:3:3], facts)
		if got := told(s.assess(t, "2035-01-01")); got != want {
			t.Errorf("%s: %s, want %s", facts, got, want)
		}
	}
}

// The two English policies are one scheme: what differs is the homes.
func TestDecentHomesIsTheSchemeOfBands(t *testing.T) {
	var schemes []map[string]any
	ofHomes := []string{"category_1", "old_and_poor", "poor", "lacking"}
	for _, name := range []string{"uk-bands", "uk-decent-homes"} {
		text, _ := ShippedSource(name)
		var scheme map[string]any
		if err := yaml.Unmarshal(text, &scheme); err != nil {
			t.Fatal(err)
		}
		examples := scheme["examples"].(map[string]any)
		scheme["examples"] = examples["households"]
		scheme["attributes"] = scheme["attributes"].(map[string]any)["application"]
		values := scheme["values"].(map[string]any)
		maps.DeleteFunc(values, func(name string, _ any) bool { return slices.Contains(ofHomes, name) })
		for _, key := range []string{"name", "title", "sources", "parameters", "hazards", "unit_standard"} {
			delete(scheme, key)
		}
		schemes = append(schemes, scheme)
	}
	for key, part := range schemes[0] {
		if !reflect.DeepEqual(part, schemes[1][key]) {
			t.Errorf("%s differs", key)
		}
	}
	if len(schemes[0]) != len(schemes[1]) {
		t.Errorf("one has %v, the other %v", slices.Sorted(maps.Keys(schemes[0])), slices.Sorted(maps.Keys(schemes[1])))
	}
}
