package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/source"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

const (
	award   = eilev1.DecisionKind_DECISION_KIND_AWARD
	remove  = eilev1.DecisionKind_DECISION_KIND_REMOVE
	suspend = eilev1.DecisionKind_DECISION_KIND_SUSPEND
	giveUp  = eilev1.DecisionKind_DECISION_KIND_DECOMMISSION
)

// A file names the kinds that there are, and the schema of files knows just these.
func TestKindsOfDecisions(t *testing.T) {
	var schema struct {
		Properties struct {
			Decisions struct {
				Names struct {
					Enum []string `json:"enum"`
				} `json:"propertyNames"`
			} `json:"decisions"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(source.JSONSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	var all []string
	values := eilev1.DecisionKind(0).Descriptor().Values()
	for i := 1; i < values.Len(); i++ {
		name := spell.Name(eilev1.DecisionKind(values.Get(i).Number()))
		all = append(all, name)
		p := loaded(t, "decisions: {"+name+": {four_eyes: true}}\n")
		if !p.Deciding(eilev1.DecisionKind(values.Get(i).Number())).NeedsTwo(nil, on(t, "2025-01-01")) {
			t.Errorf("one person decides %s", name)
		}
	}
	slices.Sort(all)
	named := slices.Sorted(slices.Values(schema.Properties.Decisions.Names.Enum))
	if len(all) < 32 || !slices.Equal(named, all) {
		t.Errorf("the schema names %v, there are %v", named, all)
	}
}

func TestDeciding(t *testing.T) {
	p := loaded(t, everyPart)
	day := on(t, "2026-03-02")
	if d := p.Deciding(remove); !d.LegalGround || d.AppealDays != 30 || !d.NeedsTwo(nil, day) {
		t.Errorf("removing: %+v", d)
	}
	if d := p.Deciding(suspend); d.LegalGround || d.AppealDays != 20 || d.NeedsTwo(household(t, p, ""), day) {
		t.Errorf("suspending: %+v", d)
	}
	if d := p.Deciding(eilev1.DecisionKind_DECISION_KIND_REINSTATE); d != (Deciding{}) || d.NeedsTwo(nil, day) {
		t.Errorf("of reinstating the policy says nothing: %+v", d)
	}
	if d := p.Deciding(giveUp); d.NeedsTwo(nil, on(t, "2025-12-31")) || !d.NeedsTwo(nil, on(t, "2026-01-01")) {
		t.Error("an expression over the date alone needs no household")
	}
	for _, tt := range []struct {
		facts []string
		on    string
		want  bool
	}{
		{[]string{"income=101", "since=2026-02-26"}, "2026-03-02", true},
		{[]string{"income=100", "since=2026-02-26"}, "2026-03-02", false},
		{[]string{"income=101", "since=2026-02-27"}, "2026-03-02", false},
		{[]string{"income=100"}, "2026-03-02", false},                     // whatever the day
		{[]string{"income=101"}, "2026-03-02", true},                      // the day is not known
		{nil, "2026-03-02", true},                                         // nothing is known
		{[]string{"income=101", "since=2026-12-30"}, "2027-01-04", true},  // the calendar does not know 2027
		{[]string{"income=101", "since=1899-01-01"}, "2026-01-04", true},  // cannot be counted
		{[]string{"income=100", "since=1899-01-01"}, "2026-01-04", false}, // and need not be
	} {
		if got := p.Deciding(award).NeedsTwo(household(t, p, "", tt.facts...), on(t, tt.on)); got != tt.want {
			t.Errorf("%v on %s: a second person is needed: %t", tt.facts, tt.on, got)
		}
	}
	if !p.Deciding(award).NeedsTwo(nil, day) {
		t.Error("without the household that it reads, one person decides")
	}
}

// One person decides where a rule of the same words does not hold, and only there: what is not
// known needs two.
func TestTwoPersonsUnlessToldOtherwise(t *testing.T) {
	const who = "income > 1000 || members.exists(m, m.age < 18) && area < 40"
	p := loaded(t, `attributes: {application: {income: {type: int}, area: {type: decimal}}}
eligibility: [{code: A, require: "`+who+`", reason: {en: a}}]
decisions: {GRANT_GROUND: {four_eyes: "`+who+`"}}
`)
	rapid.Check(t, func(t *rapid.T) {
		app, day := anyApplication(t, p), anyDay(t, "on")
		one := p.Evaluator("").Evaluate(app, day).Eligibility == eilev1.Eligibility_ELIGIBILITY_NO
		if two := p.Deciding(eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND).NeedsTwo(app, day); two == one {
			t.Errorf("a second person is needed: %t", two)
		}
	})
}

func TestLoadRefusesDecisions(t *testing.T) {
	for _, tt := range []struct{ extra, want string }{
		{"decisions: {GRANT: {four_eyes: true}}\n", "test.yaml:11:13: GRANT is no kind of decision: write GRANT_GROUND"},
		{"decisions: {RUN: {four_eyes: true}}\n", "test.yaml:11:13: RUN is no kind of decision: write APPROVE_RUN"},
		{"decisions: {remove: {four_eyes: true}}\n", `test.yaml:11:13: "remove" is no kind of decision; use one of ACTIVATE_POLICY, APPROVE_RUN, AWARD, `},
		{"decisions: {UNSPECIFIED: {four_eyes: true}}\n", `"UNSPECIFIED" is no kind of decision`},
		{"decisions: {REMOVE: {foureyes: true}}\n", `test.yaml:11:22: unknown key "foureyes" in REMOVE; it may hold four_eyes, legal_ground, appeal_days`},
		{"decisions: {REMOVE: {four_eyes: maybe}}\n", `test.yaml:11:33: nothing is called "maybe" here`},
		{"decisions: {REMOVE: {four_eyes: persons}}\n", "test.yaml:11:33: the expression is of type int; it must be bool"},
		{"decisions: {REMOVE: {four_eyes: 'unit.rooms > 2'}}\n", "unit.rooms cannot be read here"},
		{"decisions: {DECOMMISSION: {four_eyes: 'persons > 2'}}\n", "persons cannot be read here: only the date and parameters"},
		{"decisions: {APPROVE_RUN: {four_eyes: false}}\n", "test.yaml:11:38: a night is never approved by who started it, so four_eyes of APPROVE_RUN is true"},
		{"decisions: {APPROVE_RUN: {four_eyes: 'year > 2030'}}\n", "a night is never approved by who started it"},
		{"decisions: {REMOVE: {legal_ground: optional}}\n", `test.yaml:11:36: "optional" is not one of required`},
		{"decisions: {REMOVE: {appeal_days: 0}}\n", "test.yaml:11:35: 0 is not between 1 and 3660"},
		{"decisions: {REMOVE: {appeal_days: 30 d}}\n", `"30 d" is not a whole number`},
		{"decisions: {REMOVE: {source: nowhere}}\n", `the source "nowhere" is not under sources`},
		{"decisions: {REMOVE: {certainty: maybe}}\n", "certainty is S"},
	} {
		refused(t, tt.extra, tt.want)
	}
}

// refused holds that a file with a part more is refused in these words.
func refused(t *testing.T, extra, want string) {
	t.Helper()
	if _, err := Load("test.yaml", []byte(minimal(extra))); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s\ngot  %v\nwant %s", extra, err, want)
	}
}

// The Lithuanian policies have two persons decide what lets somebody pass others, or gives a home
// up; the others leave it to the council.
func TestWhatTwoPersonsDecide(t *testing.T) {
	two := "GRANT_GROUND MANUAL_OFFER DECOMMISSION AWARD DATE SUCCEED VOID_RUN"
	for name, want := range map[string]string{"lt-vilnius": two, "lt-zone-b": two, "uk-bands": "", "taipei-points": ""} {
		p := shippedPolicy(t, name)
		var got []string
		values := eilev1.DecisionKind(0).Descriptor().Values()
		for i := 1; i < values.Len(); i++ {
			if kind := eilev1.DecisionKind(values.Get(i).Number()); p.Deciding(kind).NeedsTwo(&eilev1.Application{}, on(t, "2026-06-01")) {
				got = append(got, spell.Name(kind))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: two persons decide %v", name, got)
		}
	}
}

// The days of 2026 that nobody works in Lithuania, beside Saturdays and Sundays.
func TestHolidaysOfLithuania(t *testing.T) {
	for _, name := range []string{"lt-vilnius", "lt-zone-b"} {
		p := shippedPolicy(t, name)
		var got []string
		for d := on(t, "2026-01-01"); d.Year() == 2026; d++ {
			if weekday := d.Weekday(); weekday != time.Saturday && weekday != time.Sunday && !p.Calendar.Working(d) {
				got = append(got, d.String()[5:])
			}
		}
		if want := "01-01 02-16 03-11 04-06 05-01 06-24 07-06 11-02 12-24 12-25"; strings.Join(got, " ") != want {
			t.Errorf("%s: nobody works on %v", name, got)
		}
	}
}
