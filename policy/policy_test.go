package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// shippedPolicy loads a policy that comes with the program.
func shippedPolicy(t testing.TB, name string) *Policy {
	t.Helper()
	source, ok := ShippedSource(name)
	if !ok {
		t.Fatalf("no shipped policy %s", name)
	}
	p, err := Load(name+".yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func on(t testing.TB, s string) day.Day {
	t.Helper()
	d, err := day.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// household builds an application from MEMBERS and pairs of attribute=value.
func household(t testing.TB, p *Policy, members string, facts ...string) *eilev1.Application {
	t.Helper()
	app := &eilev1.Application{Reference: "A1", RegisteredAt: "2014-01-01", Attributes: map[string]*eilev1.Fact{}}
	if members != "" {
		list, err := table.ParseMembers(members, on(t, "2026-12-31"))
		if err != nil {
			t.Fatal(err)
		}
		app.Household = &eilev1.Household{Members: list}
	}
	setFacts(t, p, ApplicationKind, app.Attributes, facts...)
	return app
}

func setFacts(t testing.TB, p *Policy, kind Kind, into map[string]*eilev1.Fact, facts ...string) {
	t.Helper()
	for _, pair := range facts {
		name, value, _ := strings.Cut(pair, "=")
		for _, a := range p.Attributes(kind) {
			if a.Name != name {
				continue
			}
			fact, err := table.ParseFact(a, value)
			if err != nil {
				t.Fatalf("%s: %v", pair, err)
			}
			into[name] = fact
		}
		if into[name] == nil {
			t.Fatalf("%s is not declared", name)
		}
	}
}

// shared opens a file of the reference data that lies beside the project; the test is skipped where it does not.
func shared(t testing.TB, parts ...string) []byte {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "shared"}, parts...)...)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the reference data is not here: %v", err)
	}
	return data
}

// minimal is the smallest policy, with extra parts appended and NAME lines replaced by them.
func minimal(extra string) string {
	return `name: test
version: "1"
title: {en: Test, lt: Bandymas}
time_zone: UTC
in_force: {from: 2020-01-01}
lists: [{code: general, title: {en: General}}]
order: [{by: registered_at}]
offers: {days_to_answer: 10, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
mode: choice
` + extra
}

// everyPart uses each part of a file once.
const everyPart = `currency: EUR
personal_code: lt
sources: {law: "the law"}
attributes:
  application:
    income: {type: int, min: 0}
    area: {type: decimal, min: 0, max: 500}
    claims: {type: string, separator: ";", allowed: [fire], unclaimed: none}
    needs_lift: {type: bool, unclaimed: false}
    since: {type: date}
  member: {ill: {type: bool}}
  unit: {kind: {type: string, allowed: [flat, house]}}
  inspection:
    damp: {type: bool, carried: true}
    parts: {type: rows, unclaimed: none, keys: 2, columns: {room: {type: string}, part: {type: string, allowed: [wall], title: Part}, wet: {type: int, min: 0, max: 9}, dry: {type: decimal, share_of: 100}}}
parameters:
  base: {type: money, values: [{from: 2020-01-01, value: 10.50, source: law, certainty: S}, {from: 2025-07-01, value: 11, certainty: U}]}
  limit: {type: int, expr: base * 10}
  last_day: {type: date, expr: "date(year, 5, 1)"}
  words: {type: strings, list: [a, b], source: law, certainty: S, note: two}
  weights: {type: decimals, table: {a: 1.5}}
values:
  wet_parts: {type: int, expr: "sum(inspection.parts.map(p, p.wet))"}
  per_head: {type: int, expr: limit * persons}
  grown: {type: int, expr: "members.filter(m, m.age >= 18).size()"}
eligibility:
  - {code: OVER, require: income <= per_head, reason: {en: "{money(income)} over {amount(per_head)}", lt: "{money(income)}"}, certainty: D}
  - {code: OLD_RULE, until: 2024-12-31, require: grown > 0, reason: {en: "{plural(grown, 'adult', 'adults')}"}, proposes: review}
  - {code: ILL, from: 2025-01-01, require: "!members.exists(m, m.ill)", reason: {en: ill}}
  - {code: LATE, require: "on <= last_day || known(since) && since > add_months(on, -12)", reason: {en: "{on} is after {last_day}"}}
need: {standard: lt-area, class: "string(need)"}
out_of_turn:
  claims: claims
  grounds: [{code: fire, title: {en: Fire}, until: 2026-06-30, require: "registered_on <= add_years(since, 1)", reason: {en: "{since}"}}]
  order: [{by: value, expr: "otherwise(since, registered_on)", direction: descending}, {by: draw}]
  alternate: {out_of_turn: 1, ordinary: 2}
suitability:
  - {code: SMALL, require: unit.area_sqm >= decimal(need) - area, reason: {en: "{unit.area_sqm}"}}
  - {code: LIFT, require: "!needs_lift || unit.lift || unit.floor == 0", reason: {en: no lift}}
  - {code: KIND, require: "unit.kind == 'flat' || persons > 2", reason: {en: "{unit.kind}"}}
reserves: [{code: big, title: {en: Big}, who: persons >= 4, strict: soft}, {code: fire, title: {en: Fire}, who: "'fire' in grounds"}]
districts: {use: rank, known: [north, south]}
hazards: [{code: damp, title: {en: Damp}}]
duties: [{code: DECLARE, title: {en: Declare}, due: 05-01, extended: 06-01, settles: income}]
removals: [{code: DIED, title: {en: Died}}]
leases: {transfer_months: 6}
unit_standard:
  - {code: WORN, require: unit.wear_percent <= 60, reason: {en: "{unit.wear_percent} %"}}
  - {code: DAMP, require: "inspections.all(i, !i.damp && i.inspected_on <= on && !('damp' in i.hazards))", reason: {en: damp}}
  - {code: WET, require: "wet_parts < 3 && !inspection.parts.at_least(2, p, p.dry < 50)", reason: {en: "{wet_parts}"}}
examples:
  households: [{name: one, on: 2025-01-01, registered_at: 2024-01-01, members: self/F/1980-01-01, attributes: {income: 10500}, eligibility: UNDETERMINED}]
  units: [{name: home, on: 2025-01-01, unit: {wear_percent: 61}, inspections: [{inspected_on: 2024-01-01, attributes: {damp: false}}], state: FLAGGED}]
  suitability: [{household: one, unit: home, suitable: false}]
`

func loaded(t testing.TB, extra string) *Policy {
	t.Helper()
	p, err := Load("test.yaml", []byte(minimal(extra)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestShippedPoliciesLoadAndTheirExamplesHold(t *testing.T) {
	want := []string{"eu-silc", "lt-vilnius", "lt-zone-b", "taipei-points", "toronto-rentsafe", "uk-bands", "uk-decent-homes", "us-nspire"}
	if got := Shipped(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("shipped %v, want %v", got, want)
	}
	for _, name := range want {
		t.Run(name, func(t *testing.T) {
			p := shippedPolicy(t, name)
			if err := p.Check(); err != nil {
				t.Error(err)
			}
			if p.Name() != name || len(p.SHA256()) != 64 || p.Identity().GetVersion() != p.Version() {
				t.Errorf("identity %v", p.Identity())
			}
			if o := p.Offers(); !o.Knows("location") || o.RefusalsAllowed != 1 || !o.Hold {
				t.Errorf("offers %+v: every shipped policy knows location, and one refusal keeps the place", o)
			}
			if n := len(p.examples.Households) + len(p.examples.Units); n < 8 {
				t.Errorf("only %d examples", n)
			}
		})
	}
}

// Everything that people read is there in both languages.
func TestShippedPoliciesSpeakBothLanguages(t *testing.T) {
	for _, name := range Shipped() {
		source, _ := ShippedSource(name)
		var raw file
		f := &faults{file: name}
		decoder{f}.decode(source, &raw)
		for _, rules := range [][]rule{raw.Eligibility, raw.Suitability, raw.UnitStandard} {
			for _, r := range rules {
				if !r.Reason.Lt.set() {
					t.Errorf("%s: %s has no Lithuanian reason", name, r.Code.s)
				}
			}
		}
		p := shippedPolicy(t, name)
		for _, list := range [][]Entry{p.ListTitles(), p.hazards, p.removals} {
			for _, e := range list {
				if e.En == "" || e.Lt == "" {
					t.Errorf("%s: %+v lacks a title", name, e)
				}
			}
		}
		for _, title := range p.titles {
			if title.En == "" || title.Lt == "" {
				t.Errorf("%s: attribute %+v lacks a title", name, title)
			}
		}
		if p.Title("lt") == p.Title("en") {
			t.Errorf("%s: one title for two languages", name)
		}
	}
}

func TestCheckNamesTheExampleThatFails(t *testing.T) {
	p := loaded(t, `eligibility:
  - {code: NOT_TODAY, require: "year == 2024", reason: {en: "it is {year}"}}
examples:
  households:
    - name: wrong
      on: 2025-01-01
      registered_at: 2020-01-01
      eligibility: YES
`)
	err := p.Check()
	if err == nil || !strings.Contains(err.Error(), `test.yaml:18:20: example "wrong": eligibility is "NO"`) {
		t.Errorf("got %v", err)
	}
}
