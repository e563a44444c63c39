package toronto

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// header has the columns of the city's file, in an order of their own.
func header(t testing.TB) []string {
	t.Helper()
	items := []string{
		"NUMBERING OF PROPERTY", "EXTERIOR GROUNDS", "FENCING", "RETAINING WALLS", "CATCH BASINS / STORM DRAINAGE", "BUILDING EXTERIOR", "BALCONY GUARDS",
		"WINDOWS", "EXT. RECEPTACLE STORAGE AREA", "EXTERIOR WALKWAYS", "CLOTHING DROP BOXES", "ACCESSORY BUILDINGS", "INTERCOM", "EMERGENCY CONTACT SIGN",
		"LOBBY - WALLS AND CEILING", "LOBBY FLOORS", "LAUNDRY ROOM", "INT. RECEPTACLE STORAGE AREA", "MAIL RECEPTACLES", "EXTERIOR DOORS",
		"STORAGE AREAS/LOCKERS MAINT.", "POOLS", "OTHER AMENITIES", "PARKING AREAS", "ABANDONED EQUIP./DERELICT VEH.", "GARBAGE/COMPACTOR ROOM",
		"ELEVATOR MAINTENANCE", "ELEVATOR COSMETICS", "INT. HALLWAY - WALLS / CEILING", "INTERIOR HALLWAY FLOORS", "INT. LOBBY / HALLWAY LIGHTING",
		"COMMON AREA VENTILATION", "ELECTRICAL SERVICES / OUTLETS", "CHUTE ROOMS - MAINTENANCE", "STAIRWELL - WALLS AND CEILING",
		"STAIRWELL - LANDING AND STEPS", "STAIRWELL LIGHTING", "INT. HANDRAIL / GUARD - SAFETY", "INT. HANDRAIL / GUARD - MAINT.", "GRAFFITI",
		"BUILDING CLEANLINESS", "COMMON AREA PESTS", "TENANT NOTIFICATION BOARD", "PEST CONTROL LOG", "MAINTENANCE LOG", "CLEANING LOG",
		"VITAL SERVICE PLAN", "ELECTRICAL SAFETY PLAN", "STATE OF GOOD REPAIR PLAN", "TENANT SERVICE REQUEST LOG",
	}
	names := items
	for _, c := range head {
		names = append(names, c.name)
	}
	return names
}

// evaluations writes evaluations of one plain building, each with some cells changed.
func evaluations(t testing.TB, given ...map[string]string) string {
	t.Helper()
	plain := map[string]string{
		"RSN": "41", "YEAR REGISTERED": "2017", "YEAR BUILT": "1970", "YEAR EVALUATED": "2024", "PROPERTY TYPE": "TCHC", "WARD": "08", "WARDNAME": "Eglinton-Lawrence",
		"SITE ADDRESS": "1 OAK ST", "CONFIRMED STOREYS": "4", "CONFIRMED UNITS": "30", "EVALUATION COMPLETED ON": "2024-05-06",
		"CURRENT BUILDING EVAL SCORE": "80", "PROACTIVE BUILDING SCORE": "80", "CURRENT REACTIVE SCORE": "0", "NO OF AREAS EVALUATED": "50",
	}
	names := header(t)
	var out bytes.Buffer
	rows := csv.NewWriter(&out)
	_ = rows.Write(names)
	for _, changes := range given {
		var cells []string
		for _, name := range names {
			cell, head := plain[name]
			if !head && !slices.Contains([]string{"GRID", "LATITUDE", "LONGITUDE", "X", "Y"}, name) {
				cell = "3"
			}
			if changed, ok := changes[name]; ok {
				cell = changed
			}
			cells = append(cells, cell)
		}
		_ = rows.Write(cells)
	}
	rows.Flush()
	return out.String()
}

// toronto is the policy that declares what the files may hold.
func toronto(t testing.TB) *policy.Policy {
	t.Helper()
	text, _ := policy.ShippedSource(Policy)
	p, err := policy.Load(Policy, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// converted returns what is said of the faults of a city's file, or else the files by name.
func converted(t testing.TB, city string) (said string, files map[string]string, c *Conversion) {
	t.Helper()
	p := toronto(t)
	out := map[string]*bytes.Buffer{}
	c = New(p.Attributes(policy.UnitKind), p.Attributes(policy.InspectionKind))
	for row, fault := range c.Rows(strings.NewReader(city)) {
		if fault != nil {
			said += "FILE:" + fault.Error() + "\n"
			continue
		}
		if out[row.File] == nil {
			out[row.File] = &bytes.Buffer{}
		}
		w := csv.NewWriter(out[row.File])
		if err := errors.Join(w.Write(row.Cells), flushed(w)); err != nil {
			t.Fatal(err)
		}
	}
	files = map[string]string{}
	for name, body := range out {
		files[name] = body.String()
	}
	return said, files, c
}

func flushed(w *csv.Writer) error {
	w.Flush()
	return w.Error()
}

func TestConversionTellsEveryQuirk(t *testing.T) {
	said, files, c := converted(t, evaluations(t,
		map[string]string{"YEAR EVALUATED": "202510", "EVALUATION COMPLETED ON": "2025-10-22", "BALCONY GUARDS": " N/A", "POOLS": "0"},
		map[string]string{
			"EVALUATION COMPLETED ON": "2024-05-06", "CURRENT BUILDING EVAL SCORE": "78.1", "PROACTIVE BUILDING SCORE": "80.1", "CURRENT REACTIVE SCORE": "-2",
			"WINDOWS": " 2", "SITE ADDRESS": "1 OAK STREET", "YEAR REGISTERED": "",
		},
		map[string]string{"RSN": "42", "CURRENT BUILDING EVAL SCORE": "85", "PROACTIVE BUILDING SCORE": "64"},
	))
	if said != "" || len(files) != 3 {
		t.Fatalf("%s, %d files", said, len(files))
	}
	kinds := ""
	for _, q := range c.Quirks {
		kinds += fmt.Sprintf("%s %d\n", q.Kind, q.Count)
	}
	if want := "spaces 2\nnot_applicable 1\nrated_zero 1\nyear 1\nempty 1\nfraction 1\nnegative_reactive 1\nfact_differs 2\nscore_differs 1\n"; kinds != want {
		t.Errorf("quirks\n%s\nwant\n%s", kinds, want)
	}
	if c.Units != 2 || c.Inspections != 3 {
		t.Errorf("%d units, %d inspections", c.Units, c.Inspections)
	}
	want := `line,column,found,kind,done
2,BALCONY GUARDS, N/A,spaces,
2,BALCONY GUARDS, N/A,not_applicable,
2,POOLS,0,rated_zero,
2,YEAR EVALUATED,202510,year,
3,WINDOWS, 2,spaces,
3,YEAR REGISTERED,,empty,
3,CURRENT BUILDING EVAL SCORE,78.1,fraction,
3,CURRENT REACTIVE SCORE,-2,negative_reactive,
3,YEAR REGISTERED,,fact_differs,
3,SITE ADDRESS,1 OAK STREET,fact_differs,
4,CURRENT BUILDING EVAL SCORE,85,score_differs,
`
	var got strings.Builder
	quirks, err := csv.NewReader(strings.NewReader(files["quirks.csv"])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range quirks {
		done := ""
		if i == 0 {
			done = "done"
		} else if q[4] == "" {
			t.Errorf("%v: nothing is said to be done", q)
		}
		fmt.Fprintf(&got, "%s,%s\n", strings.Join(q[:4], ","), done)
	}
	if got.String() != want {
		t.Errorf("quirks\n%s\nwant\n%s", got.String(), want)
	}
	// The latest evaluation is believed, though it stands first.
	if want := "reference,status,year_registered,year_built,property_type,ward,district,address,storeys,dwellings\n" +
		"41,let,2017,1970,TCHC,08,Eglinton-Lawrence,1 OAK ST,4,30\n42,let,2017,1970,TCHC,08,Eglinton-Lawrence,1 OAK ST,4,30\n"; files["units.csv"] != want {
		t.Errorf("units\n%s", files["units.csv"])
	}
	rows, err := csv.NewReader(strings.NewReader(files["inspections.csv"])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cell := func(row int, column string) string { return rows[row][slices.Index(rows[0], column)] }
	for _, tt := range []struct {
		row          int
		column, want string
	}{
		{1, "inspected_on", "2025-10-22"}, {1, "balcony_guards", ""}, {1, "pools", "0"}, {1, "score", "80"}, {2, "score", "78"}, {2, "building_score", "78.1"},
		{2, "reactive_score", "-2"}, {2, "windows", "2"}, {2, "unit", "41"}, {3, "unit", "42"}, {3, "building_score", "85"},
	} {
		if got := cell(tt.row, tt.column); got != tt.want {
			t.Errorf("row %d, %s: %q, want %q", tt.row, tt.column, got, tt.want)
		}
	}
}

func TestConversionRefusesWhatCannotBeTold(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows []map[string]string
		want string
	}{
		{"date", []map[string]string{{"EVALUATION COMPLETED ON": "22/10/2025"}}, "FILE:2: EVALUATION COMPLETED ON: "},
		{"rating", []map[string]string{{"WINDOWS": "4"}}, `FILE:2: WINDOWS: "4" is more than 3`},
		{"rating in words", []map[string]string{{}, {"RSN": "42", "WINDOWS": "good"}}, `FILE:3: WINDOWS: "good" is not a whole number`},
		{"no rating", []map[string]string{{"WINDOWS": ""}}, "FILE:2: WINDOWS: it is empty; the city writes 0 to 3 or N/A"},
		{"score", []map[string]string{{"CURRENT BUILDING EVAL SCORE": ""}}, "FILE:2: CURRENT BUILDING EVAL SCORE: it is empty"},
		{"score above", []map[string]string{{"CURRENT BUILDING EVAL SCORE": "100.1"}}, `FILE:2: CURRENT BUILDING EVAL SCORE: "100.1" is more than 100`},
		{"reactive above", []map[string]string{{"CURRENT REACTIVE SCORE": "1"}}, `FILE:2: CURRENT REACTIVE SCORE: "1" is more than 0`},
		{"building", []map[string]string{{"RSN": "A1"}}, `FILE:2: RSN: "A1" is no number of a building`},
		{"no building", []map[string]string{{"RSN": ""}}, "FILE:2: RSN: it is empty"},
		{"owner", []map[string]string{{"PROPERTY TYPE": "CASTLE"}}, `FILE:2: PROPERTY TYPE: "CASTLE" is not one of TCHC, SOCIAL HOUSING, PRIVATE`},
		{"one day twice", []map[string]string{{}, {}}, "FILE:3: EVALUATION COMPLETED ON: building 41 was evaluated on 2024-05-06 in line 2 too: which is the later cannot be told"},
		{"every fault", []map[string]string{{"WINDOWS": "4", "POOLS": "5"}, {"RSN": ""}}, "FILE:3: RSN: it is empty"},
	} {
		said, _, _ := converted(t, evaluations(t, tt.rows...))
		if !strings.Contains(said, tt.want) {
			t.Errorf("%s: said %q, want %q", tt.name, said, tt.want)
		}
	}
	for text, want := range map[string]string{
		"":              "FILE:1: the file is empty",
		"RSN,MOOD\n":    "FILE:1: MOOD: it is no column of the city's file that this program knows, or it stands there twice",
		"RSN,RSN\n":     "FILE:1: RSN: it is no column",
		"\ufeffRSN\n":   "FILE:1: SITE ADDRESS: the column is missing in the header",
		"RSN,WINDOWS\n": "FILE:1: balcony_guards: the column is missing in the header",
		"\"RSN\n":       "FILE:1: ",
	} {
		said, _, c := converted(t, text)
		if !strings.Contains(said, want) || c.Units+c.Inspections > 0 {
			t.Errorf("%q: %d units, %d inspections, said %q, want %q", text, c.Units, c.Inspections, said, want)
		}
	}
}

func TestConversionStopsWhenNobodyListens(t *testing.T) {
	p := toronto(t)
	for _, city := range []string{"", evaluations(t, map[string]string{})} {
		for stop := range 4 {
			c := New(p.Attributes(policy.UnitKind), p.Attributes(policy.InspectionKind))
			seen := 0
			for range c.Rows(strings.NewReader(city)) {
				if seen++; seen > stop {
					break
				}
			}
			if seen > stop+1 {
				t.Errorf("%d rows came after the %d that were wanted", seen, stop)
			}
		}
	}
}

// safetyColumns are the city's names of the items that flag a building by themselves.
var safetyColumns = []string{
	"BALCONY GUARDS", "ELEVATOR MAINTENANCE", "ELECTRICAL SERVICES / OUTLETS", "STAIRWELL - LANDING AND STEPS", "STAIRWELL LIGHTING", "INT. HANDRAIL / GUARD - SAFETY",
}

// counted is what plain code finds in the city's file on a day: for each building its latest
// evaluation by then, and whether that flags it and why.
func counted(t testing.TB, evaluations []map[string]string, on string) map[string]string {
	t.Helper()
	latest := map[string]map[string]string{}
	for _, e := range evaluations {
		known := latest[e["RSN"]]
		if date := e["EVALUATION COMPLETED ON"]; date <= on && (known == nil || date > known["EVALUATION COMPLETED ON"]) {
			latest[e["RSN"]] = e
		}
	}
	flagged := map[string]string{}
	for rsn, e := range latest {
		var why []string
		score, err := strconv.ParseFloat(e["CURRENT BUILDING EVAL SCORE"], 64)
		if err != nil {
			t.Fatal(err)
		}
		if score < 50 {
			why = append(why, "SCORE_BELOW_50")
		}
		for _, item := range safetyColumns {
			if rating := strings.TrimSpace(e[item]); rating == "1" || rating == "0" {
				why = append(why, "SAFETY_ITEM_AT_1")
				break
			}
		}
		if len(why) > 0 {
			flagged[rsn] = strings.Join(why, " ")
		}
	}
	return flagged
}

// The city's own file, converted, read as an import reads it and assessed, flags exactly the
// buildings that plain code counts in the file.
func TestTorontoBuildings(t *testing.T) {
	name := filepath.Join("..", "..", "..", "shared", "data", "toronto_rentsafe", "evaluations_social_only.csv")
	body, err := os.ReadFile(name)
	if err != nil {
		t.Skipf("the reference data is not here: %v", err)
	}
	lines, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var evaluations []map[string]string
	for _, line := range lines[1:] {
		e := map[string]string{}
		for i, column := range lines[0] {
			e[column] = line[i]
		}
		evaluations = append(evaluations, e)
	}
	said, files, _ := converted(t, string(body))
	if said != "" {
		t.Fatal(said)
	}
	p := toronto(t)
	units, inspections := imported(t, p, files)
	if len(units) != 565 || len(evaluations) != 970 || strings.Count(files["inspections.csv"], "\n") != 971 {
		t.Fatalf("%d buildings of %d evaluations", len(units), len(evaluations))
	}
	for _, tt := range []struct {
		on                         string
		flagged, byScore, atSafety int
	}{
		{"2026-11-21", 121, 0, 121},
		{"2024-12-31", 112, 3, 112},
	} {
		want := counted(t, evaluations, tt.on)
		reasons := slices.Collect(maps.Values(want))
		byScore := len(slices.DeleteFunc(slices.Clone(reasons), func(s string) bool { return !strings.Contains(s, "SCORE") }))
		atSafety := len(slices.DeleteFunc(slices.Clone(reasons), func(s string) bool { return !strings.Contains(s, "SAFETY") }))
		if len(want) != tt.flagged || byScore != tt.byScore || atSafety != tt.atSafety {
			t.Errorf("on %s plain code counts %d flagged, %d by the score, %d by a safety item; want %+v", tt.on, len(want), byScore, atSafety, tt)
		}
		if got := assessed(t, p, units, inspections, tt.on); !maps.Equal(got, want) {
			t.Errorf("on %s the policy flags %d, plain code %d", tt.on, len(got), len(want))
		}
	}
}

// imported reads the files as the server does, and refuses what it refuses.
func imported(t testing.TB, p *policy.Policy, files map[string]string) ([]*eilev1.Unit, map[string][]*eilev1.Inspection) {
	t.Helper()
	today, err := day.Parse("2026-11-21")
	if err != nil {
		t.Fatal(err)
	}
	var units []*eilev1.Unit
	for row, fault := range table.Units(strings.NewReader(files["units.csv"]), table.Options{Attributes: p.Attributes(policy.UnitKind), Today: today}) {
		if fault != nil {
			t.Fatal(fault)
		}
		if wrong := p.ValidateUnit(row.Unit); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		units = append(units, row.Unit)
	}
	inspections := map[string][]*eilev1.Inspection{}
	for row, fault := range table.Inspections(strings.NewReader(files["inspections.csv"]), table.Options{Attributes: p.Attributes(policy.InspectionKind), Today: today}) {
		if fault != nil {
			t.Fatal(fault)
		}
		if wrong := p.ValidateInspection(row.Inspection); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		inspections[row.Inspection.GetUnit()] = append(inspections[row.Inspection.GetUnit()], row.Inspection)
	}
	return units, inspections
}

// assessed returns the flagged homes on a day with the codes of their reasons.
func assessed(t testing.TB, p *policy.Policy, units []*eilev1.Unit, inspections map[string][]*eilev1.Inspection, on string) map[string]string {
	t.Helper()
	date, err := day.Parse(on)
	if err != nil {
		t.Fatal(err)
	}
	flagged := map[string]string{}
	for _, u := range units {
		a := p.Evaluator("").Assess(u, inspections[u.GetReference()], date)
		if a.State != eilev1.ConditionState_CONDITION_STATE_FLAGGED {
			continue
		}
		var codes []string
		for _, r := range a.Reasons {
			codes = append(codes, r.GetCode())
		}
		flagged[u.GetReference()] = strings.Join(codes, " ")
	}
	return flagged
}
