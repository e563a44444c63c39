package render

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// home has a value of every kind that a view may name.
func home(reference string) *eilev1.Unit {
	return &eilev1.Unit{
		Reference: reference,
		Status:    eilev1.UnitStatus_UNIT_STATUS_VACANT,
		Address:   "1 Oak\tStreet\x1b[2J",
		AreaSqm:   &eilev1.Decimal{Units: 4850, Scale: 2},
		Floor:     new(int32(0)),
		Amenities: &eilev1.Amenities{},
		Condition: &eilev1.Condition{
			Reasons: []*eilev1.Reason{{Code: "DAMP", Detail: "damp, in two rooms"}, {Code: "COLD", Detail: "cold"}},
		},
		Attributes: map[string]*eilev1.Fact{
			"storeys": {Value: &eilev1.Fact_IntValue{IntValue: 4}},
			"age":     {Value: &eilev1.Fact_DateValue{DateValue: &date.Date{Year: 987, Month: 6, Day: 5}}},
			"none":    {},
		},
		StatusSince: &date.Date{Year: 2026, Month: 11, Day: 2},
		Inspections: []*eilev1.Inspection{{Inspector: "Ona", Score: new(int32(61))}, {Hazards: []string{"MOULD", "LEAD"}}},
	}
}

var homeView = View{
	Table:  "reference status floor lift area_sqm status_since:since",
	CSV:    "reference address amenities condition.reasons.code:reasons attributes",
	Record: "reference status address lift condition.reasons:codes condition.reasons.detail:why",
	Parts:  []Part{{"inspections", "inspector score hazards"}, {"open_offers", "id"}},
}

// printed returns what is written in a format.
func printed(t *testing.T, format Format, write func(*Printer) error) string {
	t.Helper()
	var b strings.Builder
	err := write(&Printer{To: &b, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestRecord(t *testing.T) {
	v := homeView
	v.Parts = v.Parts[:1]
	got := printed(t, Table, func(p *Printer) error { return p.Message(v, home("H-1")) })
	same(t, got, `
REFERENCE  H-1
STATUS     VACANT
ADDRESS    1 Oak Street [2J
CODES      DAMP;COLD
WHY        damp, in two rooms; cold

INSPECTIONS
INSPECTOR  SCORE  HAZARDS
Ona        61     -
-          -      MOULD;LEAD
`)
	v.Record = ""
	got = printed(t, "", func(p *Printer) error { return p.Message(v, &eilev1.Unit{Reference: "H-2"}) })
	same(t, got, "REFERENCE  H-2\n")
}

func TestList(t *testing.T) {
	homes := []*eilev1.Unit{home("H-1"), {Reference: "Home-2", Lift: new(false)}}
	list := func(p *Printer) error {
		return List(p, homeView, homes, &eilev1.ListUnitsResponse{Units: homes, NextPageToken: "x"})
	}
	same(t, printed(t, Table, list), `
REFERENCE  STATUS  FLOOR  LIFT   AREA-SQM  SINCE
H-1        VACANT  0      -      48.50     2026-11-02
Home-2     -       -      false  -         -
`)
	// A file holds every text as it is: only a terminal is steered by it.
	same(t, printed(t, CSV, list), `
reference,address,amenities,reasons,attributes
H-1,1 Oak	Street`+"\x1b"+`[2J,none,DAMP;COLD,age=0987-06-05;none=;storeys=4
Home-2,,,,
`)
	if got := printed(t, JSON, list); !strings.Contains(got, "\n      \"reference\": \"Home-2\",\n") || !strings.HasSuffix(got, "\n  \"next_page_token\": \"x\",\n  \"total_size\": 0,\n  \"total_size_is_minimum\": false\n}\n") {
		t.Errorf("got %s", got)
	}
	same(t, printed(t, CSV, func(p *Printer) error { return p.Message(homeView, homes[1]) }), `
reference,address,amenities,reasons,attributes
Home-2,,,,
`)
	same(t, printed(t, JSON, func(p *Printer) error { return p.Message(homeView, &eilev1.Count{Name: "<&>"}) }), `
{
  "name": "<&>",
  "count": 0
}
`)
}

func TestRows(t *testing.T) {
	given := Reasons([]*eilev1.Reason{{Code: "NO_NEED", Detail: "it has <enough>"}, {Code: "YOUNG"}}, (*eilev1.Reason).GetDetail)
	rows := func(p *Printer) error {
		return p.Rows(map[string][]Reason{"reasons": given}, "codes:reasons empty_since", [][]string{{Codes(given), ""}})
	}
	same(t, printed(t, Table, rows), "REASONS        EMPTY-SINCE\nNO_NEED;YOUNG  -\n")
	same(t, printed(t, CSV, rows), "reasons,empty_since\nNO_NEED;YOUNG,\n")
	same(t, printed(t, JSON, rows), `
{
  "reasons": [
    {
      "code": "NO_NEED",
      "detail": "it has <enough>"
    },
    {
      "code": "YOUNG",
      "detail": ""
    }
  ]
}
`)
	same(t, printed(t, JSON, func(p *Printer) error { return p.Answer(Reasons(nil, nil)) }), "[]\n")
}

func TestCells(t *testing.T) {
	for _, tt := range []struct {
		message proto.Message
		columns string
		want    string
	}{
		{&eilev1.Run{InstanceSha256: "00ab", Policy: &eilev1.PolicyName{Name: "town", Version: "2"}}, "instance_sha256 policy", "00ab town@2"},
		{&eilev1.Application{ImportDigest: []byte{0, 0xab}}, "import_digest", "00ab"},
		{&eilev1.Offer{CreatedAt: &timestamppb.Timestamp{Seconds: 1, Nanos: 5}}, "created_at served_on", "1970-01-01T00:00:01Z "},
		{&eilev1.Unit{AreaSqm: &eilev1.Decimal{Units: -5, Scale: 2}}, "area_sqm", "-0.05"},
		{&eilev1.Unit{AreaSqm: &eilev1.Decimal{Units: 48, Scale: 10}}, "area_sqm", "0.000000048"},
		{&eilev1.Unit{Status: 99}, "status", "99"},
		{&eilev1.Unit{Amenities: &eilev1.Amenities{Present: []eilev1.Amenity{1, 2}}}, "amenities", spell.Name(eilev1.Amenity(1)) + ";" + spell.Name(eilev1.Amenity(2))},
		{&eilev1.Application{Household: &eilev1.Household{Members: []*eilev1.Member{
			{Relation: eilev1.Relation_RELATION_SELF, Sex: eilev1.Sex_SEX_FEMALE, BirthDate: &date.Date{Year: 1985, Month: 2, Day: 3}},
		}}}, "household", "self/F/1985-02-03"},
	} {
		if got := strings.Join((&Printer{}).Cells(tt.columns, tt.message), " "); got != tt.want {
			t.Errorf("%s of %v is %q, want %q", tt.columns, tt.message, got, tt.want)
		}
	}
	if got := ReasonsBy("code", "a b.%s:c"); got != "a b.code:c" {
		t.Error(got)
	}
	for _, columns := range []string{"no_such_field", "lease", "condition.no_such_field"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is printed", columns)
				}
			}()
			(&Printer{}).Cells(columns, &eilev1.Unit{Lease: &eilev1.Lease{}, Condition: &eilev1.Condition{}})
		}()
	}
}

func TestFault(t *testing.T) {
	for _, tt := range []struct {
		line         int
		column, want string
	}{
		{7, "rooms", "homes.csv:7: rooms: it is no number"},
		{7, "", "homes.csv:7: it is no number"},
		{0, "", "homes.csv: it is no number"},
	} {
		if got := Fault("homes.csv", tt.line, tt.column, "it is no\x07number"); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// full takes some bytes and no more.
type full struct{ left int }

var errFull = errors.New("no space")

func (f *full) Write(data []byte) (int, error) {
	if len(data) > f.left {
		return f.left, errFull
	}
	f.left -= len(data)
	return len(data), nil
}

// TestPrinterSaysThatItWasNotHeard prints more than the buffer holds, too.
func TestPrinterSaysThatItWasNotHeard(t *testing.T) {
	long := []*eilev1.Unit{{Reference: strings.Repeat("x", 100_000), Inspections: []*eilev1.Inspection{{Inspector: "Ona"}}}}
	for _, format := range []Format{Table, JSON, CSV} {
		for name, write := range map[string]func(*Printer) error{
			"message": func(p *Printer) error { return p.Message(homeView, long[0]) },
			"list":    func(p *Printer) error { return List(p, homeView, long, &eilev1.ListUnitsResponse{Units: long}) },
			"value":   func(p *Printer) error { return p.Answer(long[0].GetReference()) },
			"short":   func(p *Printer) error { return p.Rows("short", "a", [][]string{{"b"}}) },
		} {
			err := write(&Printer{To: &full{}, Format: format})
			if !errors.Is(err, errFull) || !strings.HasPrefix(err.Error(), "standard output: ") {
				t.Errorf("%s as %s: %v", name, format, err)
			}
		}
	}
}

// A moment that no calendar has comes from no server of ours; it is an error, not half an answer.
func TestJSONOfAnImpossibleMoment(t *testing.T) {
	never := &timestamppb.Timestamp{Seconds: 1 << 60}
	var b strings.Builder
	p := &Printer{To: &b, Format: JSON}
	for _, message := range []proto.Message{
		&eilev1.ListOffersResponse{Offers: []*eilev1.Offer{{CreatedAt: never}}},
		&eilev1.Unit{Attributes: map[string]*eilev1.Fact{"storeys": {RecordedAt: never}}},
	} {
		if err := p.Answer(message); err == nil || b.Len() > 0 {
			t.Errorf("%v is printed as %q, %v", message, b.String(), err)
		}
	}
}

// TestNextSteps: what can be done about a reason stands after its sentence, where a step is known;
// JSON has the step.
func TestNextSteps(t *testing.T) {
	next := func(step *eilev1.NextStep) string { return strings.TrimPrefix(step.GetCode(), "NEWER") }
	m := &eilev1.Condition{Reasons: []*eilev1.Reason{
		{Code: "DAMP", Detail: "damp", Next: []*eilev1.NextStep{{Code: "NEWER"}, {Code: "dry"}, {Code: "leave"}}},
		{Code: "COLD", Detail: "cold"}, {Code: "DARK", Detail: "dark", Next: []*eilev1.NextStep{{Code: "NEWER"}}},
	}}
	p := &Printer{Next: next}
	same(t, strings.Join(p.Cells("reasons.detail reasons.code:codes", m), "\n"), "damp: dry, or leave; cold; dark\nDAMP;COLD;DARK")
	p.Next = nil
	same(t, p.Cells("reasons.detail", m)[0], "damp; cold; dark")
}
