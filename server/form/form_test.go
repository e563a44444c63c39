package form_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/form"
)

var now = time.Date(2025, 6, 2, 8, 0, 0, 0, time.UTC)

const text = `
name: forms
version: "1"
title: {en: Forms}
time_zone: UTC
personal_code: lt
in_force: {from: 2020-01-01}
attributes:
  application: {points: {type: int, min: 0}, since: {type: date}, note: {type: string}}
  member: {disabled: {type: bool}, carer: {type: string}}
  unit: {heated: {type: bool}, view: {type: string}}
  inspection: {damp: {type: bool}}
lists: [{code: general, title: {en: General}}]
need: {expr: "1"}
order: [{by: draw}]
offers: {days_to_answer: 5, refusals_allowed: 0, after: hold, last_step: keys, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
mode: fill
`

func rules(t *testing.T) *policy.Policy { return eiletest.Load(t, text) }

// fields are those that an error finds fault with, in order.
func fields(err error) []string {
	var faults form.Faults
	if !errors.As(err, &faults) {
		return nil
	}
	var names []string
	for _, fault := range faults {
		names = append(names, fault.Field)
	}
	return slices.Sorted(slices.Values(names))
}

func told(value string) *eilev1.Fact {
	return &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: value}}
}

// applicant is an application that is in order.
func applicant() *eilev1.Application {
	return &eilev1.Application{
		Reference: "A-1", List: "general", RegisteredAt: "2025-06-01T09:30:00+03:00",
		Household: &eilev1.Household{Members: []*eilev1.Member{
			{Relation: eilev1.Relation_RELATION_SELF, BirthDate: &date.Date{Year: 1980, Month: 2, Day: 29}},
			{Relation: eilev1.Relation_RELATION_PARTNER, PartnerOf: 1},
		}},
		Attributes: map[string]*eilev1.Fact{"points": told("7"), "since": told("2025-01-02"), "note": told("7")},
	}
}

// What comes as text gets the type that the policy declares, once.
func TestFactsAreTyped(t *testing.T) {
	t.Parallel()
	given := applicant()
	given.Household.Members[0].Attributes = map[string]*eilev1.Fact{"disabled": told("true")}
	given.Attributes["points"].EffectiveOn = &date.Date{Year: 2025, Month: 1, Day: 1}
	for range 2 {
		if err := form.Application(rules(t), nil, given, nil, now); err != nil {
			t.Fatal(err)
		}
	}
	points := given.GetAttributes()["points"]
	if points.GetIntValue() != 7 || points.GetEffectiveOn().GetYear() != 2025 || given.GetAttributes()["note"].GetStringValue() != "7" || given.GetAttributes()["since"].GetDateValue().GetDay() != 2 {
		t.Errorf("%v", given.GetAttributes())
	}
	if !given.GetHousehold().GetMembers()[0].GetAttributes()["disabled"].GetBoolValue() {
		t.Errorf("%v", given.GetHousehold())
	}
	if form.Applicant(given) != given.Household.Members[0] || form.Applicant(&eilev1.Application{}) != nil {
		t.Error("another member applies")
	}
}

// Every fault of an application is told, each with its field and once.
func TestFaultsOfAnApplication(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		change func(*eilev1.Application)
		want   []string
	}{
		"nothing":                        {func(*eilev1.Application) {}, nil},
		"no such date":                   {func(a *eilev1.Application) { a.RegisteredAt = "2025-02-30" }, []string{"application.registered_at"}},
		"no time":                        {func(a *eilev1.Application) { a.RegisteredAt = "2025-06-01T25:00" }, []string{"application.registered_at"}},
		"a date to come":                 {func(a *eilev1.Application) { a.RegisteredAt = "2025-06-04" }, []string{"application.registered_at"}},
		"tomorrow's date":                {func(a *eilev1.Application) { a.RegisteredAt = "2025-06-02" }, nil},
		"a time to come":                 {func(a *eilev1.Application) { a.RegisteredAt = "2025-06-02T08:02:00Z" }, []string{"application.registered_at"}},
		"a clock that is a little ahead": {func(a *eilev1.Application) { a.RegisteredAt = "2025-06-02T08:00:30Z" }, nil},
		"an unknown attribute":           {func(a *eilev1.Application) { a.Attributes["pool"] = told("yes") }, []string{"application.attributes.pool"}},
		"a wrong type":                   {func(a *eilev1.Application) { a.Attributes["points"] = told("many") }, []string{"application.attributes.points"}},
		"of a member": {func(a *eilev1.Application) {
			a.Household.Members[1].Attributes = map[string]*eilev1.Fact{"tall": told("true")}
		}, []string{"application.household.members.attributes.tall"}},
		"out of range": {func(a *eilev1.Application) { a.Attributes["points"] = told("-1") }, []string{"application.attributes.points"}},
		"another list": {func(a *eilev1.Application) { a.List = "other" }, []string{"application.list"}},
		"not born yet": {func(a *eilev1.Application) {
			a.Household.Members[0].BirthDate = &date.Date{Year: 2025, Month: 6, Day: 3}
		}, []string{"application.household.members[1].birth_date"}},
		"born never": {func(a *eilev1.Application) {
			a.Household.Members[0].BirthDate = &date.Date{Year: 1981, Month: 2, Day: 29}
		}, []string{"application.household.members[1].birth_date"}},
		"own partner":    {func(a *eilev1.Application) { a.Household.Members[1].PartnerOf = 2 }, []string{"application.household.members[2].partner_of"}},
		"no partner":     {func(a *eilev1.Application) { a.Household.Members[1].PartnerOf = 3 }, []string{"application.household.members[2].partner_of"}},
		"nobody is self": {func(a *eilev1.Application) { a.Household.Members[0].Relation = eilev1.Relation_RELATION_CHILD }, []string{"application.household.members"}},
		"a transfer":     {func(a *eilev1.Application) { a.Transfer = &eilev1.Transfer{Reason: "BORED"} }, []string{"application.transfer.reason", "application.transfer.unit"}},
		"all at once": {func(a *eilev1.Application) {
			a.RegisteredAt, a.List = "soon", "other"
			a.Attributes["pool"] = told("yes")
		}, []string{"application.attributes.pool", "application.list", "application.registered_at"}},
	} {
		given := applicant()
		test.change(given)
		got := slices.DeleteFunc(fields(form.Application(rules(t), nil, given, nil, now)), func(field string) bool {
			// What the proto's own rules see too comes from the policy as well.
			return strings.HasPrefix(field, "application.household.members[") && !slices.Contains(test.want, field)
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", what, got, test.want)
		}
	}
	if got := fields(form.Application(rules(t), nil, applicant(), &eilev1.Person{PersonalCode: "48001010009"}, now)); len(got) == 0 || !strings.HasPrefix(got[0], "person.") {
		t.Errorf("a personal code: %q", got)
	}
}

// TestWhatIsKeptIsNotAskedAgain holds that a text which an earlier program took does not keep the
// rest of its record from being amended; it is refused where it is new or written anew.
func TestWhatIsKeptIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	home := func(view string) *eilev1.Unit {
		return &eilev1.Unit{Reference: "U-1", Attributes: map[string]*eilev1.Fact{"view": told(view)}}
	}
	household := func(note, carer string) *eilev1.Application {
		a := applicant()
		a.Attributes["note"], a.Household.Members[1].Attributes = told(note), map[string]*eilev1.Fact{"carer": told(carer)}
		return a
	}
	const old, other = "sea\tand park", "sea\u0085and park"
	for _, test := range []struct {
		what string
		err  error
		want []string
	}{
		{"a home as it was", form.Unit(rules(t), home(old), home(old)), nil},
		{"a new home", form.Unit(rules(t), nil, home(old)), []string{"unit.attributes.view"}},
		{"a home amended", form.Unit(rules(t), home(old), home(other)), []string{"unit.attributes.view"}},
		{"a home that had none", form.Unit(rules(t), &eilev1.Unit{}, home(old)), []string{"unit.attributes.view"}},
		{"a household as it was", form.Application(rules(t), household(old, other), household(old, other), nil, now), nil},
		{"a household amended", form.Application(rules(t), household(old, old), household(other, other), nil, now),
			[]string{"application.attributes.note", "application.household.members.attributes.carer"}},
		{"one more in it", form.Application(rules(t), applicant(), household("", old), nil, now), []string{"application.household.members.attributes.carer"}},
	} {
		if got := fields(test.err); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.what, got, test.want)
		}
	}
}

func TestFaultsOfAHome(t *testing.T) {
	t.Parallel()
	on := func(year int32) *date.Date { return &date.Date{Year: year, Month: 2, Day: 28} }
	leased := func(starts, ends *date.Date) func(*eilev1.Unit) {
		return func(u *eilev1.Unit) {
			u.Tenure, u.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{StartsOn: starts, EndsOn: ends}
		}
	}
	for what, test := range map[string]struct {
		change func(*eilev1.Unit)
		want   []string
	}{
		"nothing": {func(*eilev1.Unit) {}, nil},
		"an attribute": {func(u *eilev1.Unit) {
			u.Attributes = map[string]*eilev1.Fact{"heated": told("warm"), "pool": told("yes")}
		}, []string{"unit.attributes.heated", "unit.attributes.pool"}},
		"a lease":             {leased(on(2024), on(2026)), nil},
		"a lease of no time":  {leased(on(2026), on(2024)), []string{"unit.lease.ends_on"}},
		"a lease of no date":  {leased(&date.Date{Year: 2025, Month: 13, Day: 1}, &date.Date{Year: 2025, Month: 2, Day: 29}), []string{"unit.lease.ends_on", "unit.lease.starts_on"}},
		"a lease of an owner": {func(u *eilev1.Unit) { u.Tenure, u.Lease = eilev1.Tenure_TENURE_OWNED, &eilev1.Lease{} }, []string{"unit.lease"}},
	} {
		unit := &eilev1.Unit{Reference: "U-1"}
		test.change(unit)
		if got := fields(form.Unit(rules(t), nil, unit)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", what, got, test.want)
		}
	}
	for what, test := range map[string]struct {
		given *eilev1.Inspection
		want  []string
	}{
		"of today":       {&eilev1.Inspection{Unit: "U-1"}, nil},
		"no such date":   {&eilev1.Inspection{Unit: "U-1", InspectedOn: &date.Date{Year: 2025}}, []string{"inspection.inspected_on"}},
		"a date to come": {&eilev1.Inspection{Unit: "U-1", InspectedOn: on(2026)}, []string{"inspection.inspected_on"}},
		"an attribute":   {&eilev1.Inspection{Unit: "U-1", InspectedOn: on(2025), Attributes: map[string]*eilev1.Fact{"damp": told("wet")}}, []string{"inspection.attributes.damp"}},
		"nothing":        {&eilev1.Inspection{Unit: "U-1", InspectedOn: on(2025), Attributes: map[string]*eilev1.Fact{"damp": told("true")}}, nil},
	} {
		if got := fields(form.Inspection(rules(t), test.given, eiletest.Day(t, "2025-06-02"))); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", what, got, test.want)
		}
	}
}

// A mask names what is copied; what is named and not given is cleared, and
// nothing else is touched.
func TestAmending(t *testing.T) {
	t.Parallel()
	stored := &eilev1.Application{
		Reference: "A-1", List: "general", Districts: []string{"north"}, RegisterNumber: "7", Etag: "e", RegisteredAt: "2020-01-01", Evidence: []*eilev1.Evidence{{}},
		Attributes: map[string]*eilev1.Fact{"points": told("1"), "note": told("a")}, Household: &eilev1.Household{},
	}
	given := &eilev1.Application{Reference: "A-9", List: "other", Districts: []string{"south"}, RegisterNumber: "8", RegisteredAt: "2021-01-01", Etag: "f", Attributes: map[string]*eilev1.Fact{"points": told("2"), "since": told("x")}}
	for _, test := range []struct {
		paths []string
		want  func(*eilev1.Application)
	}{
		{[]string{"attributes.points"}, func(a *eilev1.Application) { a.Attributes["points"] = told("2") }},
		{[]string{"attributes.note"}, func(a *eilev1.Application) { delete(a.Attributes, "note") }},
		{[]string{"attributes"}, func(a *eilev1.Application) { a.Attributes = maps.Clone(given.Attributes) }},
		{[]string{"districts", "list"}, func(a *eilev1.Application) { a.Districts, a.List = []string{"south"}, "other" }},
		{[]string{"household", "evidence"}, func(a *eilev1.Application) { a.Household, a.Evidence = nil, nil }},
		{[]string{"register_number", "registered_at"}, func(a *eilev1.Application) { a.RegisterNumber, a.RegisteredAt = "8", "2021-01-01" }},
		{[]string{"person"}, func(*eilev1.Application) {}},
	} {
		mask := &fieldmaskpb.FieldMask{Paths: test.paths}
		if err := form.ApplicationMask(mask); err != nil {
			t.Error(err)
		}
		got, want := proto.CloneOf(stored), proto.CloneOf(stored)
		form.AmendApplication(got, proto.CloneOf(given), mask)
		if test.want(want); !proto.Equal(got, want) {
			t.Errorf("%q: %v, want %v", test.paths, got, want)
		}
	}
	bare := &eilev1.Application{}
	if form.AmendApplication(bare, given, &fieldmaskpb.FieldMask{Paths: []string{"attributes.points"}}); len(bare.GetAttributes()) != 1 {
		t.Errorf("%v", bare)
	}
	for _, paths := range [][]string{nil, {"status"}, {"etag"}, {"reference"}, {"list", "position"}} {
		if got := fields(form.ApplicationMask(&fieldmaskpb.FieldMask{Paths: paths})); !slices.Equal(got, []string{"update_mask"}) {
			t.Errorf("%q is taken", paths)
		}
	}
}

func TestAmendingAHome(t *testing.T) {
	t.Parallel()
	stored := &eilev1.Unit{Reference: "U-1", Rooms: new(int32(2)), District: "north", Tenancy: "T-1", Attributes: map[string]*eilev1.Fact{"heated": told("true")}}
	given := &eilev1.Unit{Reference: "U-1", District: "south"}
	mask := &fieldmaskpb.FieldMask{Paths: []string{"rooms", "district", "attributes.heated"}}
	if err := form.UnitMask(mask); err != nil {
		t.Error(err)
	}
	form.AmendUnit(stored, given, mask)
	if want := (&eilev1.Unit{Reference: "U-1", District: "south", Tenancy: "T-1", Attributes: map[string]*eilev1.Fact{}}); !proto.Equal(stored, want) {
		t.Errorf("%v, want %v", stored, want)
	}
	for _, paths := range [][]string{nil, {"tenancy"}, {"condition"}, {"nonsense"}, {"rooms", "etag"}} {
		if got := fields(form.UnitMask(&fieldmaskpb.FieldMask{Paths: paths})); !slices.Equal(got, []string{"update_mask"}) {
			t.Errorf("%q is taken", paths)
		}
	}
}

// What only the service sets is refused, each field by its name; sent back as it is
// shown it is taken.
func TestOutputFields(t *testing.T) {
	t.Parallel()
	given := &eilev1.Unit{
		Reference: "U-1", District: "south", Tenancy: "T-9", OpenOffer: "O-9", Etag: "e", Condition: &eilev1.Condition{}, FormerTenancy: "T-8",
		Vacancy: &eilev1.Vacancy{}, GivingUp: &eilev1.GivingUp{}, Import: "i", ImportDigest: []byte("d"), Inspections: []*eilev1.Inspection{{}},
		Attributes: map[string]*eilev1.Fact{"heated": {RecordedAt: timestamppb.New(time.Unix(0, 0))}},
	}
	all := []string{"attributes.heated.recorded_at", "condition", "former_tenancy", "giving_up", "import", "import_digest", "inspections", "open_offer", "tenancy", "vacancy"}
	for _, err := range []error{form.NoOutput(given), form.SameOutput("", given, &eilev1.Unit{})} {
		if got := slices.Sorted(slices.Values(fields(err))); !slices.Equal(got, all) {
			t.Errorf("refused for %q, want %q", got, all)
		}
	}
	shown := proto.CloneOf(given)
	if err := form.SameOutput("unit.", given, shown); err != nil {
		t.Error(err)
	}
	shown.Attributes["heated"].RecordedAt.Seconds++
	shown.Tenancy = ""
	if got := slices.Sorted(slices.Values(fields(form.SameOutput("unit.", given, shown)))); !slices.Equal(got, []string{"unit.attributes.heated.recorded_at", "unit.tenancy"}) {
		t.Errorf("refused for %q", got)
	}
}

func TestFaultsOfKinds(t *testing.T) {
	t.Parallel()
	kinds := []*eilev1.RentKind{
		{Name: "a", Attributes: map[string]*eilev1.Fact{"heated": told("true")}}, {Name: "a", AreaSqm: &eilev1.Decimal{}},
		{Name: "b", Attributes: map[string]*eilev1.Fact{"pool": told("yes")}},
	}
	if got, want := fields(form.RentKinds(rules(t), kinds)), []string{"kinds[1].area_sqm", "kinds[1].name", "kinds[2].attributes.pool"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := form.RentKinds(rules(t), kinds[:1]); err != nil || !kinds[0].GetAttributes()["heated"].GetBoolValue() {
		t.Errorf("%v: %v", kinds[0], err)
	}
}

func TestFaultsOfAFinding(t *testing.T) {
	t.Parallel()
	const same, different = eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME, eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_DIFFERENT
	why := []eilev1.DuplicateReason{1}
	for what, test := range map[string]struct {
		finding *eilev1.DuplicateDecision
		want    []string
	}{
		"one stays":         {&eilev1.DuplicateDecision{References: []string{"A", "B"}, Outcome: same, Kept: "A", Reasons: why}, nil},
		"both stay":         {&eilev1.DuplicateDecision{References: []string{"A", "B"}, Outcome: different, Reasons: why}, nil},
		"another stays":     {&eilev1.DuplicateDecision{References: []string{"A", "B"}, Outcome: same, Kept: "C", Reasons: why}, []string{"kept"}},
		"nobody stays":      {&eilev1.DuplicateDecision{References: []string{"A", "B"}, Outcome: same, Reasons: why}, []string{"kept"}},
		"one of both stays": {&eilev1.DuplicateDecision{References: []string{"A", "B"}, Outcome: different, Kept: "A", Reasons: why}, []string{"kept"}},
		"one of elsewhere":  {&eilev1.DuplicateDecision{References: []string{"A", "X"}, Outcome: different, Reasons: why}, []string{"references"}},
		"nothing in common": {&eilev1.DuplicateDecision{References: []string{"A", "C"}, Outcome: different}, []string{"references"}},
	} {
		if got := fields(form.Duplicate(test.finding, []string{"A", "B", "C"})); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", what, got, test.want)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	today := eiletest.Day(t, "2025-06-02")
	for what, test := range map[string]struct {
		given *date.Date
		want  string
		wrong bool
	}{
		"left out":     {nil, "2025-06-02", false},
		"yesterday":    {&date.Date{Year: 2025, Month: 6, Day: 1}, "2025-06-01", false},
		"tomorrow":     {&date.Date{Year: 2025, Month: 6, Day: 3}, "", true},
		"no such date": {&date.Date{Year: 2025, Month: 6, Day: 31}, "", true},
	} {
		got, err := form.PastDay("on", test.given, today)
		if wrong := slices.Equal(fields(err), []string{"on"}); wrong != test.wrong || !wrong && got.String() != test.want {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
	if got, err := form.Day("on", &date.Date{Year: 2025, Month: 6, Day: 3}, today); err != nil || got != today+1 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestAmendedBesideAnOldForm: what an earlier program took in another form stays
// until it is amended itself.
func TestAmendedBesideAnOldForm(t *testing.T) {
	kept := applicant()
	kept.RegisteredAt = "2017-03-01T9:30:00+02:00"
	given := proto.CloneOf(kept)
	given.RegisterNumber = "8"
	if err := form.Application(rules(t), kept, given, nil, now); err != nil {
		t.Errorf("the number is amended: %v", err)
	}
	given.RegisteredAt = "2017-03-01T8:30:00+02:00"
	if got := fields(form.Application(rules(t), kept, given, nil, now)); !slices.Equal(got, []string{"application.registered_at"}) {
		t.Errorf("the date is amended: %q", got)
	}
}
