package fact

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/need"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func on(t testing.TB, s string) day.Day {
	t.Helper()
	d, err := day.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func declared(name string, kind table.Type) *Attribute {
	return &Attribute{Attribute: table.Attribute{Name: name, Type: kind}}
}

// debts are rows that name their creditor.
func debts() *Attribute {
	a := declared("debts", table.Rows)
	a.Keys, a.Columns = 1, []table.Column{{Attribute: table.Attribute{Name: "creditor", Type: table.String}}, {Attribute: table.Attribute{Name: "cents", Type: table.Int}}}
	a.Layout = rule.NewLayout("row0.debts", "debts", 0, 1, []rule.Column{{Name: "creditor", Type: types.StringType}, {Name: "cents", Type: types.IntType}})
	return a
}

// world is a policy of which only the facts are there.
type world struct {
	*Vocabulary
	*rule.Language
	figures []Figure
}

func newWorld(t testing.TB, reading Reading) *world {
	t.Helper()
	reading.Zone, reading.DefaultList = time.FixedZone("", 2*3600), "general"
	v := NewVocabulary(reading)
	lift := declared("needs_lift", table.Bool)
	lift.Unclaimed = types.False
	ill := declared("ill", table.Bool)
	ill.Unclaimed = types.False
	damp, state := declared("damp", table.Bool), declared("state", table.String)
	damp.Carried, state.Unclaimed = true, types.String("good")
	for _, err := range []error{
		v.DeclareHousehold(declared("income", table.Int)), v.DeclareHousehold(declared("area", table.Decimal)), v.DeclareHousehold(declared("since", table.Date)),
		v.DeclareHousehold(lift), v.DeclareHousehold(debts()), v.DeclareHome(declared("kind", table.String)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	v.DeclareMembers([]*Attribute{declared("capacity", table.Int), ill})
	if taken := v.DeclareInspections([]*Attribute{damp, state}); taken != nil {
		t.Fatal(taken)
	}
	w := &world{Vocabulary: v}
	base, err := v.DeclareParameter("base", types.IntType)
	if err != nil {
		t.Fatal(err)
	}
	double, err := v.DeclareParameter("double", types.IntType)
	if err != nil {
		t.Fatal(err)
	}
	grown, err := v.DeclareValue("grown", types.IntType, rule.ReachHousehold)
	if err != nil {
		t.Fatal(err)
	}
	if w.Language, err = rule.NewLanguage(v.Variables(), v.Structures(), "", nil); err != nil {
		t.Fatal(err)
	}
	w.figures = []Figure{{Variable: base, Values: []Dated{{on(t, "2020-01-01"), types.Int(10)}, {on(t, "2025-07-01"), types.Int(11)}}}, {Variable: double, Expr: w.compile(t, "base * 2 + year - year")}}
	v.Compute(grown, w.compile(t, "members.filter(m, m.age >= 18).size()"))
	return w
}

func (w *world) compile(t testing.TB, text string) *rule.Expression {
	t.Helper()
	e, faults := w.Language.Compile(text, rule.ReachDate|rule.ReachHousehold|rule.ReachHome|rule.ReachInspections)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	return e
}

// ask begins an evaluation on a day.
func (w *world) ask(t testing.TB, date string, grounds ...string) *Scope {
	t.Helper()
	d := Day{On: on(t, date), Grounds: map[string]bool{}}
	today := rule.Today{On: d.On}
	d.Figures = w.Figures(w.figures, &today)
	for _, g := range grounds {
		d.Grounds[g] = true
	}
	return w.Acquire(d)
}

// write puts a value in short.
func write(v ref.Val) string {
	switch x := v.(type) {
	case *types.Unknown:
		return "lacks " + strings.Join(rule.Names(x), ",")
	case *types.Err:
		return "error: " + rule.ErrorText(x)
	}
	if list, ok := v.Value().([]string); ok {
		return strings.Join(list, "|")
	}
	return rule.WriterOf(words.Default, "").Write(v)
}

func due(s *Scope) string {
	if s.Today.Next == 0 {
		return "never"
	}
	return s.Today.Next.String()
}

func text(s string) *eilev1.Fact {
	return &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: s}}
}

func whether(b bool) *eilev1.Fact { return &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: b}} }

func count(n int64) *eilev1.Fact { return &eilev1.Fact{Value: &eilev1.Fact_IntValue{IntValue: n}} }

// Each variable of a household, where it is known and where it is not, and when it turns.
func TestHouseholds(t *testing.T) {
	w := newWorld(t, Reading{NeedStandard: "lt-area"})
	member := func(relation eilev1.Relation, sex eilev1.Sex, born string) *eilev1.Member {
		return &eilev1.Member{Relation: relation, Sex: sex, BirthDate: on(t, born).Proto(), Attributes: map[string]*eilev1.Fact{}}
	}
	mother := member(eilev1.Relation_RELATION_SELF, eilev1.Sex_SEX_FEMALE, "1980-02-29")
	mother.Attributes["capacity"] = count(25)
	child := member(eilev1.Relation_RELATION_CHILD, eilev1.Sex_SEX_MALE, "2015-05-05")
	child.Attributes["ill"] = whether(true)
	left, coming, unborn := member(eilev1.Relation_RELATION_PARTNER, eilev1.Sex_SEX_X, "1980-01-01"), member(eilev1.Relation_RELATION_OTHER, eilev1.Sex_SEX_X, "1980-01-01"), member(eilev1.Relation_RELATION_CHILD, eilev1.Sex_SEX_FEMALE, "2025-09-01")
	left.LeftOn, coming.JoinedOn = on(t, "2025-01-01").Proto(), on(t, "2025-12-01").Proto()
	known := &eilev1.Application{
		List: "vip", RegisteredAt: "2024-12-31T23:30:00Z", Districts: []string{"north", "south"}, Transfer: &eilev1.Transfer{Reason: "ADAPTED_HOME"},
		Household: &eilev1.Household{Members: []*eilev1.Member{mother, left, child, coming, unborn}},
		Grounds:   []*eilev1.Ground{{Code: "fire", GrantedFrom: on(t, "2025-01-01").Proto(), GrantedUntil: on(t, "2025-10-01").Proto()}, {Code: "other", GrantedFrom: on(t, "2020-01-01").Proto()}, {Code: "fire"}},
		Attributes: map[string]*eilev1.Fact{"income": count(7), "since": {Value: &eilev1.Fact_DateValue{DateValue: on(t, "2024-06-01").Proto()}},
			"area": {Value: &eilev1.Fact_DecimalValue{DecimalValue: &eilev1.Decimal{Units: 125, Scale: 1}}}, "needs_lift": whether(true), "debts": text("bank/60;city/")},
	}
	later := &eilev1.Application{RegisteredAt: "yesterday", Attributes: map[string]*eilev1.Fact{"income": {Value: count(7).Value, EffectiveOn: on(t, "2025-06-02").Proto()}, "area": text("large"), "since": nil, "debts": text("bank")},
		Household: &eilev1.Household{Members: []*eilev1.Member{{Relation: eilev1.Relation_RELATION_SELF}}}}
	empty := &eilev1.Application{}
	for _, tt := range []struct{ expr, known, later, empty string }{
		{"on", "2025-06-01", "2025-06-01", "2025-06-01"},
		{"year", "2025", "2025", "2025"},
		{"persons", "2", "1", "lacks members"},
		{"join(members.map(m, m.relation + m.sex + string(m.number)), '|')", "selfF1|childM3", "self1", "lacks members"},
		{"members.map(m, m.age)[0]", "45", "lacks members[1].birth_date", "lacks members"},
		{"members[0].birth_date", "1980-02-29", "lacks members[1].birth_date", "lacks members"},
		{"members[0].capacity", "25", "lacks members[1].capacity", "lacks members"},
		{"members.exists(m, m.ill)", "yes", "no", "lacks members"},
		{"grown", "1", "lacks members[1].birth_date", "lacks members"},
		{"need", "20", "10", "lacks members"},
		{"registered_on", "2025-01-01", "lacks registered_at", "lacks registered_at"},
		{"districts", "north|south", "", ""},
		{"grounds", "fire", "", ""},
		{"list", "vip", "general", "general"},
		{"transfer", "ADAPTED_HOME", "", ""},
		{"income", "7", "lacks income", "lacks income"},
		{"area", "12.5", "lacks area", "lacks area"},
		{"since", "2024-06-01", "lacks since", "lacks since"},
		{"needs_lift", "yes", "no", "no"},
		{"join(debts.map(d, d.creditor), '|')", "bank|city", "lacks debts", "lacks debts"},
		{"row(debts, 'city').cents", "lacks debts.city.cents", "lacks debts", "lacks debts"},
		{"double", "20", "20", "20"},
	} {
		e := w.compile(t, tt.expr)
		for app, want := range map[*eilev1.Application]string{known: tt.known, later: tt.later, empty: tt.empty} {
			s := w.ask(t, "2025-06-01", "fire")
			s.Household(app)
			if got := write(e.Eval(s)); got != want {
				t.Errorf("%s is %s, want %s", tt.expr, got, want)
			}
			s.Release()
		}
	}
	for expr, want := range map[string]string{
		"persons": "2025-09-01", "need": "2025-09-01", "members[1].age": "2026-05-05", "grounds": "2025-10-02", "income": "never", "list": "never", "year": "2026-01-01",
	} {
		s := w.ask(t, "2025-06-01", "fire")
		s.Household(known)
		w.compile(t, expr).Eval(s)
		if got := due(s); expr != "members[1].age" && got != want || expr == "members[1].age" && got != "2025-09-01" {
			t.Errorf("%s turns %s, want %s", expr, got, want)
		}
		s.Release()
	}
	s := w.ask(t, "2025-06-01", "fire")
	defer s.Release()
	s.Household(later)
	if v, _ := s.ResolveName("income"); !types.IsUnknown(v.(ref.Val)) || due(s) != "2025-06-02" {
		t.Errorf("a fact that takes effect later is %v and turns %s", v, due(s))
	}
	if _, ok := s.ResolveName("nothing"); ok || s.Parent() != nil {
		t.Error("a name that nobody declared is there")
	}
	s.Household(known)
	if a, ok := s.Registered(); !ok || s.List() != "vip" || fmt.Sprint(s.Granted()) != "[fire]" || s.Application() != known || a.Day(s.Zone()) != on(t, "2025-01-01") {
		t.Errorf("registered %+v, list %s, granted %v", a, s.List(), s.Granted())
	}
}

// What a register keeps is read, and nothing else.
func TestRegistrations(t *testing.T) {
	w := newWorld(t, Reading{})
	for written, want := range map[string]string{
		"2025-06-01": "2025-06-01 false 2025-06-01", "2025-05-31T22:00:00.0000019Z": "2025-06-01 true 2025-05-31T22:00:00.0000019Z", "2025-06-01T9:00:00+02:00": "2025-06-01 true 2025-06-01T09:00:00+02:00",
		"": "no", "2025-02-30": "no", "2025-06-01T10:00:00": "no",
	} {
		s := w.ask(t, "2025-06-01")
		s.Household(&eilev1.Application{RegisteredAt: written})
		got := "no"
		if m, ok := s.Registered(); ok {
			got = fmt.Sprint(m.Day(s.Zone()), " ", m.Timed(), " ", m)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", written, got, want)
		}
		s.Release()
	}
}

// The need under a standard, what it lacks, and without one.
func TestNeeds(t *testing.T) {
	app := &eilev1.Application{Household: &eilev1.Household{Members: []*eilev1.Member{
		{Relation: eilev1.Relation_RELATION_SELF, BirthDate: on(t, "1990-01-01").Proto()}, {Relation: eilev1.Relation_RELATION_OTHER}, {Relation: eilev1.Relation_RELATION_CHILD, BirthDate: on(t, "2020-01-01").Proto()},
	}}}
	twice := &eilev1.Application{Household: &eilev1.Household{Members: []*eilev1.Member{{Relation: eilev1.Relation_RELATION_SELF}, {Relation: eilev1.Relation_RELATION_SELF}}}}
	for _, tt := range []struct {
		standard string
		app      *eilev1.Application
		want     string
		reasons  int
	}{
		{"", app, "0", 0}, {"lt-area", app, "30", 1}, {"uk-bedroom-standard", app, "lacks members[2].birth_date", 0}, {"lt-area", twice, "error: member 1 and member 2 are both the applicant: one of them must have another relation", 0},
	} {
		s := newWorld(t, Reading{NeedStandard: tt.standard}).ask(t, "2025-06-01")
		s.Household(tt.app)
		// What has no need has no reasons either.
		counted, _ := need.Of(tt.standard, tt.app.GetHousehold().GetMembers(), on(t, "2025-06-01"))
		if got := write(s.Value(s.Vocabulary().Need)); got != tt.want || len(counted.Reasons) != tt.reasons {
			t.Errorf("%s: %s with %d reasons, want %s", tt.standard, got, len(counted.Reasons), tt.want)
		}
		s.Release()
	}
	w := newWorld(t, Reading{})
	w.Compute(w.Need, w.compile(t, "persons * 5"))
	s := w.ask(t, "2025-06-01")
	s.Household(app)
	if got := write(s.Value(w.Need)); got != "15" {
		t.Errorf("the need by an expression is %s", got)
	}
}

func TestHomes(t *testing.T) {
	w := newWorld(t, Reading{})
	unit := &eilev1.Unit{
		District: "north", Rooms: new(int32(2)), Floor: new(int32(0)), Lift: new(false), Adapted: new(true), WearPercent: new(int32(61)), Earmark: "big",
		AreaSqm: &eilev1.Decimal{Units: 355, Scale: 1}, Tenure: eilev1.Tenure_TENURE_RENTED_IN, Lease: &eilev1.Lease{EndsOn: on(t, "2026-01-01").Proto()},
		Amenities: &eilev1.Amenities{Present: []eilev1.Amenity{eilev1.Amenity_AMENITY_BATH, eilev1.Amenity_AMENITY_GAS}}, Attributes: map[string]*eilev1.Fact{"kind": text("flat")},
	}
	score := int32(49)
	newest := &eilev1.Inspection{InspectedOn: on(t, "2025-05-01").Proto(), Score: &score, Hazards: []string{"fire"}, Attributes: map[string]*eilev1.Fact{"state": text("poor")}}
	older := &eilev1.Inspection{InspectedOn: on(t, "2024-05-01").Proto(), Attributes: map[string]*eilev1.Fact{"damp": whether(true)}}
	coming := &eilev1.Inspection{InspectedOn: on(t, "2025-07-01").Proto()}
	for _, tt := range []struct{ expr, known, empty string }{
		{"unit.district", "north", "lacks unit.district"}, {"unit.rooms", "2", "lacks unit.rooms"}, {"unit.area_sqm", "35.5", "lacks unit.area_sqm"}, {"unit.floor", "0", "lacks unit.floor"},
		{"unit.lift", "no", "lacks unit.lift"}, {"unit.adapted", "yes", "lacks unit.adapted"}, {"unit.tenure", "rented_in", "lacks unit.tenure"}, {"unit.lease_ends_on", "2026-01-01", "lacks unit.lease_ends_on"},
		{"unit.wear_percent", "61", "lacks unit.wear_percent"}, {"unit.amenities", "bath|gas", "lacks unit.amenities"}, {"unit.earmark", "big", ""}, {"unit.kind", "flat", "lacks unit.kind"},
		{"inspections.size()", "2", "0"}, {"inspections[0].score", "49", "error: index out of bounds: 0"}, {"inspections[1].score", "lacks inspections[2].score", "error: index out of bounds: 1"},
		{"inspections[1].damp", "yes", "error: index out of bounds: 1"}, {"inspections[0].damp", "lacks inspections[1].damp", "error: index out of bounds: 0"}, {"inspections[1].state", "good", "error: index out of bounds: 1"},
		{"inspections[0].hazards", "fire", "error: index out of bounds: 0"}, {"inspections[0].inspected_on", "2025-05-01", "error: index out of bounds: 0"},
		{"inspections[0] == inspections[0] && inspections[0] != inspections[1]", "yes", "error: index out of bounds: 0"},
		{"inspection.inspected_on", "2025-05-01", "lacks inspection.inspected_on"}, {"inspection.score", "49", "lacks inspection.score"}, {"inspection.hazards", "fire", "lacks inspection.hazards"},
		{"inspection.damp", "yes", "lacks inspection.damp"}, {"inspected_on.damp", "2024-05-01", "lacks inspected_on.damp"}, {"inspection.state", "poor", "good"}, {"inspected_on.state", "2025-05-01", "lacks inspected_on.state"},
	} {
		e := w.compile(t, tt.expr)
		s := w.ask(t, "2025-06-01")
		s.Home(unit, []*eilev1.Inspection{coming, newest, older})
		if got := write(e.Eval(s)); got != tt.known {
			t.Errorf("%s is %s, want %s", tt.expr, got, tt.known)
		}
		if got := due(s); strings.HasPrefix(tt.expr, "inspect") != (got == "2025-07-01") {
			t.Errorf("%s turns %s", tt.expr, got)
		}
		s.Release()
		s = w.ask(t, "2025-06-01")
		s.Home(&eilev1.Unit{}, nil)
		if got := write(e.Eval(s)); got != tt.empty {
			t.Errorf("%s of an empty home is %s, want %s", tt.expr, got, tt.empty)
		}
		s.Release()
	}
	s := w.ask(t, "2025-06-01")
	s.Home(&eilev1.Unit{}, []*eilev1.Inspection{{}})
	if got := write(w.compile(t, "inspections[0].inspected_on").Eval(s)); got != "lacks inspections[1].inspected_on" {
		t.Errorf("an inspection without a day: %s", got)
	}
}

// Figures have the value of the day, and say when it changes.
func TestFigures(t *testing.T) {
	w := newWorld(t, Reading{})
	for date, want := range map[string]string{"2019-12-31": "error: base has no value on 2019-12-31, 2020-01-01", "2025-06-30": "20, 2025-07-01", "2025-07-01": "22, 2026-01-01"} {
		today := rule.Today{On: on(t, date)}
		values := w.Figures(w.figures, &today)
		if got := write(values[w.figures[1].Variable]) + ", " + today.Next.String(); got != want {
			t.Errorf("%s: %s, want %s", date, got, want)
		}
	}
}

// A name is taken once, and the error says by what.
func TestNamesThatAreTaken(t *testing.T) {
	w := newWorld(t, Reading{})
	_, parameter := w.DeclareParameter("income", types.IntType)
	_, value := w.DeclareValue("base", types.IntType, rule.ReachDate)
	taken := []error{parameter, value, w.DeclareHousehold(declared("grown", table.Int)), w.DeclareHome(declared("rooms", table.Int))}
	taken = append(taken, w.DeclareInspections([]*Attribute{declared("score", table.Int)})...)
	want := []string{`"income" is taken: it is a declared attribute`, `"base" is taken: it is a parameter`, `"grown" is taken: it is a value`, `"unit.rooms" is taken: it is built in`}
	for i, words := range want {
		if taken[i] == nil || !strings.Contains(taken[i].Error(), words) {
			t.Errorf("%v, want %s", taken[i], words)
		}
	}
	if !strings.Contains(fmt.Sprint(taken[len(want):]), `"inspection.score" is taken: it is built in`) {
		t.Errorf("%v", taken[len(want):])
	}
}

// Values of one type have one key where they are equal and only there, and no key begins another.
func TestKeys(t *testing.T) {
	w := newWorld(t, Reading{})
	variable := map[string]int{}
	for i, v := range w.Variables() {
		variable[v.Name] = i
	}
	member := func(born string) *eilev1.Application {
		return &eilev1.Application{Household: &eilev1.Household{Members: []*eilev1.Member{{BirthDate: on(t, born).Proto()}}}}
	}
	with := func(name string, f *eilev1.Fact) *eilev1.Application {
		return &eilev1.Application{Attributes: map[string]*eilev1.Fact{name: f}}
	}
	decimal := func(units int64, scale int32) *eilev1.Fact {
		return &eilev1.Fact{Value: &eilev1.Fact_DecimalValue{DecimalValue: &eilev1.Decimal{Units: units, Scale: scale}}}
	}
	date := func(s string) *eilev1.Fact {
		return &eilev1.Fact{Value: &eilev1.Fact_DateValue{DateValue: on(t, s).Proto()}}
	}
	for _, tt := range []struct {
		name string
		a, b *eilev1.Application
		same bool
	}{
		{"income", with("income", count(1)), with("income", count(1)), true}, {"income", with("income", count(1)), with("income", count(2)), false}, {"income", &eilev1.Application{}, with("income", count(0)), false},
		{"area", with("area", decimal(150, 1)), with("area", decimal(15, 0)), true}, {"area", with("area", decimal(151, 1)), with("area", decimal(15, 0)), false},
		{"needs_lift", with("needs_lift", whether(false)), &eilev1.Application{}, true}, {"needs_lift", with("needs_lift", whether(true)), &eilev1.Application{}, false},
		{"since", with("since", date("2025-01-01")), with("since", date("2025-01-02")), false}, {"list", &eilev1.Application{List: "a\x00"}, &eilev1.Application{List: "a"}, false},
		{"members", member("1990-01-01"), member("1990-01-01"), true}, {"members", member("1990-01-01"), member("1990-01-02"), false},
		{"districts", &eilev1.Application{Districts: []string{"a", "b"}}, &eilev1.Application{Districts: []string{"ab"}}, false},
		{"debts", with("debts", text("a/1")), with("debts", text("a/1")), true}, {"debts", with("debts", text("a/1")), with("debts", text("a/2")), false},
	} {
		key := func(app *eilev1.Application) string {
			s := w.ask(t, "2025-06-01")
			defer s.Release()
			s.Household(app)
			return string(s.AppendKey(nil, variable[tt.name]))
		}
		a, b := key(tt.a), key(tt.b)
		if (a == b) != tt.same || a != b && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
			t.Errorf("%s: %q and %q", tt.name, a, b)
		}
	}
}

func TestBoundsAndWords(t *testing.T) {
	a := declared("a", table.Decimal)
	least, most := int64(1), int64(5)
	a.Min, a.Max = &least, &most
	for text, want := range map[string]bool{"0.99": true, "1": false, "5.00": false, "5.01": true} {
		d, err := rule.ParseDecimal(text)
		if err != nil || a.Outside(d) != want {
			t.Errorf("%s lies outside: %t, %v", text, !want, err)
		}
	}
	if a.Outside(types.String("x")) || declared("b", table.Int).Outside(types.Int(7)) {
		t.Error("what has no bounds lies outside")
	}
	s := declared("s", table.String)
	s.Values = []string{"fire", "flood"}
	if s.Foreign("fire") != "" || s.Foreign("fire;flood") != "fire;flood" || declared("b", table.String).Foreign("x") != "" {
		t.Error("the words of a string are not told")
	}
	s.Separator = ";"
	if s.Foreign("fire; flood;") != "" || s.Foreign("fire;ice") != "ice" || fmt.Sprint(s.Parts("fire; ;flood")) != "[fire flood]" {
		t.Error("the words of a string of several are not told")
	}
	if v, ok := s.Value(&eilev1.Fact{}); ok || v != nil {
		t.Errorf("an empty fact is %v", v)
	}
	if debts().Rows("bank") != nil {
		t.Error("a row without its fields is read")
	}
}

// Members and inspections have no form but their own.
func TestConversions(t *testing.T) {
	m, i := &member{Member: &eilev1.Member{}}, &inspection{Inspection: &eilev1.Inspection{}}
	for _, v := range []ref.Val{m, i} {
		if _, err := v.ConvertToNative(nil); err == nil {
			t.Errorf("%v has a native form", v.Type())
		}
		if v.ConvertToType(types.TypeType) != v.Type().(ref.Val) || !types.IsError(v.ConvertToType(types.StringType)) || v.Value() != any(v) {
			t.Errorf("%v converts", v.Type())
		}
		if v.Equal(v) != types.True || v.Equal(types.True) != types.False {
			t.Errorf("%v does not equal itself alone", v.Type())
		}
	}
	u := newUnknowns(1, "x")
	if got := write(u.of(40)); got != "lacks members[40].x" {
		t.Errorf("the fortieth member: %s", got)
	}
}
