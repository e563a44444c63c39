package example

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/source"
)

// head is the smallest policy, to which examples are appended.
const head = `name: test
version: "1"
title: {en: Test, lt: Bandymas}
time_zone: UTC
in_force: {from: 2020-01-01}
lists: [{code: general, title: {en: General}}]
order: [{by: registered_at}]
offers: {days_to_answer: 10, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
mode: choice
`

// rules are what the examples of these tests are about.
const rules = `attributes:
  application: {income: {type: int, min: 0}}
  member: {ill: {type: bool, unclaimed: false}}
  unit: {kind: {type: string, allowed: [flat, house]}}
  inspection: {damp: {type: bool}}
hazards: [{code: fire, title: {en: Fire}}]
eligibility:
  - {code: NOT_TODAY, require: "year == 2024", reason: {en: "it is {year}", lt: "yra {year}"}}
  - {code: OVER, require: "!known(income) || income < 10", reason: {en: "{income}"}}
need: {standard: lt-area, class: "string(need)"}
out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], transfers: [ADAPTED_HOME]}
suitability: [{code: SMALL, require: "unit.rooms >= persons", reason: {en: "{unit.rooms} rooms"}}]
reserves: [{code: ill, title: {en: Ill}, who: "members.exists(m, m.ill)", strict: soft}]
unit_standard:
  - {code: WORN, require: "unit.wear_percent <= 60", reason: {en: "{unit.wear_percent} %"}}
  - {code: FIRE, require: "!inspections.exists(i, 'fire' in i.hazards || i.score < 50)", reason: {en: fire}}
`

func loaded(t testing.TB, examples string) *policy.Policy {
	t.Helper()
	p, err := policy.Load("test.yaml", []byte(head+examples))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExamplesOfShippedPoliciesHold(t *testing.T) {
	for _, name := range policy.Shipped() {
		text, _ := policy.ShippedSource(name)
		p, err := policy.Load(name+".yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p); err != nil {
			t.Errorf("%s: %v", name, err)
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
	err := Check(p)
	if err == nil || !strings.Contains(err.Error(), `test.yaml:18:20: example "wrong": eligibility is "NO"`) {
		t.Errorf("got %v", err)
	}
}

// Everything that an example can state, as it is.
const good = `examples:
  households:
    - {name: a, on: 2024-05-01, registered_at: 2020-01-01, list: general, members: self/F/1980-01-01, member_attributes: {1: {ill: true}}, eligibility: YES, reasons: [], missing: [], need: 10, need_class: "10", groups: [ill], out_of_turn: false, next_due: 2025-01-01, before: [b]}
    - {name: b, on: 2024-05-01, registered_at: 2021-01-01, members: self/F/1980-01-01, attributes: {income: 10}, eligibility: NO, reasons: [OVER], detail: "10"}
    - {name: c, on: 2025-05-01, members: self/F/1980-01-01, eligibility: NO, reasons: [NOT_TODAY], missing: [registered_at], detail: it is 2025, detail_lt: yra 2025}
    - {name: d, on: 2024-05-01, registered_at: 2021-01-01, members: self/F/1980-01-01, grounds: [{code: fire, from: 2024-01-01, until: 2024-06-01}], out_of_turn: true, next_due: 2024-06-02, before: [a]}
    - {name: e, on: 2024-05-01, registered_at: 2021-01-01, members: self/F/1980-01-01, transfer: ADAPTED_HOME, out_of_turn: true}
    - {name: f, on: 2024-05-01, registered_at: 2021-01-01, eligibility: UNDETERMINED, missing: [members]}
  units:
    - {name: flat, on: 2024-05-01, unit: {district: north, rooms: 2, area_sqm: 35.5, floor: 0, lift: true, adapted: false, tenure: rented_in, lease_ends_on: 2030-01-01, wear_percent: 10, amenities: bath;gas, earmark: ill, kind: flat}, inspections: [{inspected_on: 2024-01-01, score: 90, attributes: {damp: false}}], state: FIT, reasons: [], missing: []}
    - {name: worn, on: 2024-05-01, unit: {rooms: 1, wear_percent: 61, amenities: none}, inspections: [{inspected_on: 2024-01-01, score: 90, hazards: [fire]}], state: FLAGGED, reasons: [WORN, FIRE], detail: 61 %}
    - {name: unknown, on: 2024-05-01, state: UNASSESSED, missing: [unit.wear_percent]}
  suitability:
    - {household: a, unit: flat, suitable: true, reasons: []}
    - {household: a, unit: unknown, suitable: false, reasons: [MISSING_UNIT_ROOMS]}
`

func TestExamplesThatHold(t *testing.T) {
	if err := Check(loaded(t, rules+good)); err != nil {
		t.Error(err)
	}
}

// Whatever an example states that is not so is a fault at the statement.
func TestExamplesThatFail(t *testing.T) {
	for change, want := range map[string]string{
		"next_due: 2025-01-01 => next_due: 2025-01-02":              `example "a": next_due is 2025-01-01, not 2025-01-02`,
		"need: 10 => need: 20":                                      `example "a": need is 10, not 20`,
		`need_class: "10" => need_class: "20"`:                      `example "a": need_class is "10"`,
		"groups: [ill] => groups: []":                               `example "a": groups are [ill], not []`,
		"out_of_turn: false => out_of_turn: true":                   `example "a": out_of_turn is false`,
		"before: [b] => before: [c, x]":                             `there is no example "x"`,
		"before: [b] => before: [d]":                                `example "a" does not stand before "d"`,
		"reasons: [OVER] => reasons: []":                            `example "b": reasons are [OVER], not []`,
		"detail: it is 2025 => detail: it was":                      `example "c": detail is "it is 2025"`,
		"missing: [registered_at] => missing: []":                   `example "c": missing are [registered_at], not []`,
		"eligibility: YES, => eligibility: YES, detail: x,":         `example "a": there is no reason, and a detail is expected`,
		"name: b => name: a":                                        `the example "a" stands twice`,
		"name: worn => name: flat":                                  `the example "flat" stands twice`,
		"state: FLAGGED => state: FIT":                              `example "worn": state is "FLAGGED"`,
		"detail: 61 % => detail: 62 %":                              `example "worn": detail is "61 %"`,
		"unit: flat, suitable: true => unit: flat, suitable: false": `the home "flat" suits "a": true ()`,
		"unit: flat, suitable => unit: barn, suitable":              `there is no example home "barn"`,
		"household: a, unit: flat => household: z, unit: flat":      `there is no example household "z"`,
		"reasons: [MISSING_UNIT_ROOMS] => reasons: [SMALL]":         `example "unknown": reasons are [MISSING_UNIT_ROOMS], not [SMALL]`,
		"suitable: false, => suitable: false, detail: no,":          `example "unknown": detail is "not known: unit.rooms"`,
		"{income: 10} => {income: -1}":                              `income: `,
		"{income: 10} => {height: 10}":                              `the policy declares no attribute "height"`,
		"list: general => list: vip":                                `example "a": list: the list "vip" is not one of general`,
		"self/F/1980-01-01, member => self/F, member":               `members: `,
		"member_attributes: {1: => member_attributes: {2:":          `there is no member 2`,
		"area_sqm: 35.5 => area_sqm: large":                         `area_sqm: "large" is not a decimal number`,
		"floor: 0 => floor: 1001":                                   `floor: 1001 is out of range`,
		"floor: 0 => floor: ground":                                 `floor: "ground" is not a whole number`,
		"lift: true => lift: yes":                                   `lift: "yes" is not a boolean; write true or false`,
		"tenure: rented_in => tenure: free":                         `tenure: "free" is neither owned nor rented_in`,
		"lease_ends_on: 2030-01-01 => lease_ends_on: soon":          `lease_ends_on: "soon" is not a date`,
		"amenities: bath;gas => amenities: bath;pool":               `amenities: "pool" is no amenity`,
		"earmark: ill => earmark: gold":                             `example "flat": earmark: the policy has no reserve "gold"`,
		"kind: flat => kind: tent":                                  `kind: `,
		"hazards: [fire] => hazards: [ghosts]":                      `example "worn": hazards: the policy has no hazard "ghosts"`,
	} {
		from, to, _ := strings.Cut(change, " => ")
		text := strings.Replace(good, from, to, 1)
		if text == good {
			t.Fatalf("nothing says %s", from)
		}
		err := Check(loaded(t, rules+text))
		fault, ok := errors.AsType[*source.Fault](err)
		if !ok || !strings.Contains(err.Error(), want) || fault.Line < 29 {
			t.Errorf("%s: got %v, want %s", change, err, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	parts, err := os.ReadFile(filepath.Join("..", "testdata", "parts.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(head + string(parts)))
	f.Add([]byte(head + rules + good))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if p, err := policy.Load("fuzz.yaml", text); err == nil {
			// What loads is checked without a panic, whether its examples hold or not.
			_ = Check(p)
		}
	})
}
