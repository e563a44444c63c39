package flag

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

func newFlags() *pflag.FlagSet { return pflag.NewFlagSet("", pflag.ContinueOnError) }

func parse(t *testing.T, flags *pflag.FlagSet, args ...string) {
	t.Helper()
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, want proto.Message) {
	t.Helper()
	if !proto.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// all has every flag that is a single value.
type all struct {
	format     render.Format
	requestID  string
	limit      int32
	months     *int32
	rent       *int64
	lift       *bool
	hazards    []string
	amenities  *eilev1.Amenities
	household  *eilev1.Household
	registered string
	status     eilev1.UnitStatus
}

func (a *all) flags() *pflag.FlagSet {
	flags := newFlags()
	FormatVar(flags, &a.format, "output", "o", "")
	RequestIDVar(flags, &a.requestID, "request-id", "")
	CountVar(flags, &a.limit, "limit", "")
	IntVar(flags, &a.months, "months", "")
	CentsVar(flags, &a.rent, "rent", "")
	BoolVar(flags, &a.lift, "lift", "")
	ListVar(flags, &a.hazards, "hazards", "")
	amenitiesVar(flags, &a.amenities)
	membersVar(flags, &a.household)
	registeredVar(flags, &a.registered, "registered-at", "")
	EnumVar(flags, &a.status, "status", "")
	return flags
}

func TestValues(t *testing.T) {
	var a all
	flags := a.flags()
	if a.format != render.Table || flags.Lookup("output").DefValue != "table" {
		t.Errorf("the format is %q unless given, %q in the help", a.format, flags.Lookup("output").DefValue)
	}
	parse(t, flags, "-o", "csv", "--request-id", "7f1a4c1e-3b0e-4f0e-9d52-0c3f4a5b6c7d", "--limit", "3", "--months", "-2", "--rent", "0",
		"--lift", "false", "--hazards", " MOULD;; LEAD", "--amenities", "none", "--members", "self/F/1985-02-03", "--registered-at", "2020-02-29",
		"--status", "under-repair")
	if a.format != render.CSV || a.requestID != "7f1a4c1e-3b0e-4f0e-9d52-0c3f4a5b6c7d" || a.limit != 3 || *a.months != -2 || *a.rent != 0 || *a.lift {
		t.Errorf("read as %+v", a)
	}
	if !slices.Equal(a.hazards, []string{"MOULD", "LEAD"}) || a.registered != "2020-02-29" || a.status != eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR {
		t.Errorf("read as %+v", a)
	}
	if a.amenities == nil || len(a.amenities.GetPresent()) > 0 || len(a.household.GetMembers()) != 1 {
		t.Errorf("read as %+v", a)
	}
	if got := flags.Lookup("limit").Value.String(); got != "3" {
		t.Errorf("the flag shows %q", got)
	}
	parse(t, flags, "--months=", "--rent=", "--lift=", "--hazards=", "--amenities=", "--members=", "--status=")
	if a.months != nil || a.rent != nil || a.lift != nil || a.hazards != nil || a.amenities != nil || a.household != nil || a.status != 0 {
		t.Errorf("empty texts leave %+v", a)
	}
	name := spell.Name(eilev1.Amenity(1))
	parse(t, flags, "--lift=true", "--registered-at=2020-02-29T10:00:00+02:00", "--amenities="+strings.ToLower(name))
	if !*a.lift || a.registered != "2020-02-29T10:00:00+02:00" || !slices.Equal(a.amenities.GetPresent(), []eilev1.Amenity{1}) {
		t.Errorf("read as %+v", a)
	}
}

// TestBirthsAreHeldAgainstTheDayOfTheServer: which day it is there no client knows.
func TestBirthsAreHeldAgainstTheDayOfTheServer(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	application := NewApplication(flags)
	parse(t, flags, "--members=self/F/9999-12-31")
	if born := application.Given("A").GetHousehold().GetMembers()[0].GetBirthDate(); born.GetYear() != 9999 {
		t.Errorf("born %v", born)
	}
}

func TestBadValuesSayWhatMustStandThere(t *testing.T) {
	for _, tt := range []struct{ arg, want string }{
		{"--output=xml", "must be table, wide, json, yaml, csv or name"},
		{"--output=", "must be table, wide, json, yaml, csv or name"},
		{"--request-id=7f1a4c1e3b0e4f0e9d520c3f4a5b6c7d", "must be a UUID, such as "},
		{"--request-id=", "must be a UUID, such as "},
		{"--limit=0", "must be a whole number from 1"},
		{"--limit=", "must be a whole number from 1"},
		{"--limit=2147483648", "must be a whole number from 1"},
		{"--limit=+2", "must be a whole number from 1"},
		{"--months=1.5", "must be a whole number"},
		{"--months=+1", "must be a whole number"},
		{"--months=4294967297", "must be a whole number"},
		{"--rent=+1", "must be a whole number of cents from 0"},
		{"--rent=-1", "must be a whole number of cents from 0"},
		{"--rent=48.50", "must be a whole number of cents from 0"},
		{"--lift=yes", "must be true or false"},
		{"--amenities=none;gold", "must be one of "},
		{"--members=self", "member 1"},
		{"--members=self/F/2015-02-30", "member 1"},
		{"--registered-at=yesterday", "must be a time, "},
		{"--status=", ""},
		{"--status=unspecified", "must be one of VACANT "},
	} {
		var a all
		err := a.flags().Parse([]string{tt.arg})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.arg, err, tt.want)
		}
	}
}

func TestAttributes(t *testing.T) {
	flags := newFlags()
	given := NewAttributes(flags)
	parse(t, flags, "--attr", "income=1=2", "--attr", "pets=")
	if facts := given.Facts(); len(facts) != 1 || facts["income"].GetStringValue() != "1=2" {
		t.Errorf("facts %v", facts)
	}
	paths := given.paths()
	slices.Sort(paths)
	if !slices.Equal(paths, []string{"attributes.income", "attributes.pets"}) {
		t.Errorf("paths %v", paths)
	}
	for arg, want := range map[string]string{
		"income": "must be NAME=VALUE", "=3": "must be NAME=VALUE", "pets=1": "attribute pets is given twice",
	} {
		err := flags.Parse([]string{"--attr", arg})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", arg, err, want)
		}
	}
}

func TestApplication(t *testing.T) {
	flags := newFlags()
	given := NewApplication(flags)
	given.AddTransfer()
	if len(given.Paths()) > 0 || given.PersonGiven() {
		t.Errorf("of nothing %v is given", given.Paths())
	}
	equal(t, given.Given("A-1"), &eilev1.Application{Reference: "A-1"})
	parse(t, flags, "--list=general", "--districts=North;East", "--attr=pets=", "--phone=", "--email=ona@example.org", "--channel=email",
		"--transfer-unit=H-1", "--transfer-reason=ADAPTED_HOME", "--registered-at=2020-01-01")
	equal(t, given.Given("A-1"), &eilev1.Application{
		Reference: "A-1", List: "general", Districts: []string{"North", "East"}, RegisteredAt: "2020-01-01",
		Transfer: &eilev1.Transfer{Unit: "H-1", Reason: "ADAPTED_HOME"},
	})
	if got := strings.Join(given.Paths(), " "); got != "attributes.pets districts list person registered_at" {
		t.Errorf("paths %s", got)
	}
	recorded := &eilev1.Person{GivenName: "Ona", Phone: "1", Email: "old@example.org"}
	equal(t, given.PersonOver(recorded), &eilev1.Person{GivenName: "Ona", Email: "ona@example.org", Channel: eilev1.Channel_CHANNEL_EMAIL})
	equal(t, given.PersonOver(nil), &eilev1.Person{Email: "ona@example.org", Channel: eilev1.Channel_CHANNEL_EMAIL})
	equal(t, recorded, &eilev1.Person{GivenName: "Ona", Phone: "1", Email: "old@example.org"})
}

func TestUnit(t *testing.T) {
	flags := newFlags()
	given := NewUnit(flags)
	if len(given.Paths()) > 0 || given.LeaseGiven() {
		t.Errorf("of nothing %v is given", given.Paths())
	}
	parse(t, flags, "--area-sqm=48.50", "--floor=0", "--attr=pool=yes", "--owner=", "--lease-ends-on=2027-01-31", "--notice-months=")
	equal(t, given.Given("H-1"), &eilev1.Unit{
		Reference: "H-1", AreaSqm: &eilev1.Decimal{Units: 4850, Scale: 2}, Floor: new(int32(0)),
		Attributes: map[string]*eilev1.Fact{"pool": {Value: &eilev1.Fact_StringValue{StringValue: "yes"}}},
	})
	if got := strings.Join(given.Paths(), " "); got != "area_sqm attributes.pool floor lease" {
		t.Errorf("paths %s", got)
	}
	end := &date.Date{Year: 2027, Month: 1, Day: 31}
	equal(t, given.LeaseOver(nil), &eilev1.Lease{EndsOn: end})
	recorded := &eilev1.Lease{Owner: "Jonas", RentCents: new(int64(100)), NoticeMonths: new(int32(3)), EndsOn: &date.Date{Year: 2026, Month: 1, Day: 1}}
	equal(t, given.LeaseOver(recorded), &eilev1.Lease{RentCents: new(int64(100)), EndsOn: end})
	equal(t, recorded.GetEndsOn(), &date.Date{Year: 2026, Month: 1, Day: 1})
}

func TestEveryFlagHasTheFieldItGoesTo(t *testing.T) {
	flags := newFlags()
	NewApplication(flags)
	homes := newFlags()
	NewUnit(homes)
	for _, tt := range []struct {
		flags   *pflag.FlagSet
		message proto.Message
		fields  map[string]string
	}{
		{flags, &eilev1.Application{}, applicationPaths},
		{flags, &eilev1.Person{}, personFields},
		{homes, &eilev1.Unit{}, unitPaths},
		{homes, &eilev1.Lease{}, leaseFields},
	} {
		fields := tt.message.ProtoReflect().Descriptor().Fields()
		for name, field := range tt.fields {
			if tt.flags.Lookup(name) == nil || fields.ByTextName(field) == nil {
				t.Errorf("%T: no flag %s or no field %s", tt.message, name, field)
			}
		}
	}
}

func TestDecision(t *testing.T) {
	cmd := &cobra.Command{Use: "end", RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
	decision := Decision(cmd.Flags())
	var etag, note string
	EtagVar(cmd.Flags(), &etag)
	NoteVar(cmd.Flags(), &note)
	cmd.SetArgs([]string{"--body=council"})
	if err := cmd.Execute(); err != nil || decision.GetBody() != "council" || decision.GetNumber() != "" {
		t.Errorf("without a number, which a second person may give: %v, %v", decision, err)
	}
	cmd.SetArgs([]string{"--decision=D-1", "--decided-on=2026-01-02", "--reason=r", "--body=council", "--legal-ground=g", "--etag=7", "--note=n"})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	equal(t, decision, &eilev1.ByDecision{
		Number: "D-1", DecidedOn: &date.Date{Year: 2026, Month: 1, Day: 2}, Reason: "r", Body: "council", LegalGround: "g",
	})
	if etag != "7" || note != "n" {
		t.Errorf("etag %q, note %q", etag, note)
	}
	cmd = &cobra.Command{Use: "cancel", RunE: cmd.RunE, SilenceErrors: true, SilenceUsage: true}
	var reason string
	ReasonVar(cmd.Flags(), &reason)
	cmd.SetArgs([]string{})
	if err := cmd.Execute(); err == nil || !strings.Contains(err.Error(), `"reason" not set`) {
		t.Errorf("without a reason: %v", err)
	}
}

func TestDayOr(t *testing.T) {
	given, err := DayOr(&date.Date{Year: 2024, Month: 2, Day: 29}, time.UTC)
	if err != nil || given.String() != "2024-02-29" {
		t.Errorf("the day that was given is %s, %v", given, err)
	}
	before := day.Of(time.Now(), time.UTC)
	given, err = DayOr(nil, time.UTC)
	if after := day.Of(time.Now(), time.UTC); err != nil || given < before || given > after {
		t.Errorf("today is %s, %v", given, err)
	}
	if given, err := DayOr(&date.Date{Year: 2023, Month: 2, Day: 29}, time.UTC); err == nil {
		t.Errorf("no day is read as %s", given)
	}
}
