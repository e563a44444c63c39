package eiletest

import (
	"strings"
	"sync"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// Strict is a policy of edges: no refusal is let pass, the keys house, and a home
// is worn at 50 %.
const Strict = `
name: strict
version: "1"
title: {en: Strict}
time_zone: Europe/Vilnius
in_force: {from: 2020-01-01}
attributes:
  application:
    income: {type: int, min: 0}
    until: {type: date}
lists: [{code: general, title: {en: General}}, {code: old, title: {en: Old}}]
eligibility:
  - {code: INCOME_OVER, require: income <= 100, reason: {en: "income {income} is over 100"}}
  - {code: TOO_LATE, proposes: review, require: "!known(until) || on <= until", reason: {en: "{until} is over"}}
need: {expr: "1"}
order: [{by: registered_at}, {by: draw}]
suitability:
  - {code: TOO_FEW_ROOMS, require: unit.rooms >= 1, reason: {en: "{unit.rooms} rooms"}}
unit_standard:
  - {code: WORN, require: unit.wear_percent <= 50, reason: {en: "worn {unit.wear_percent} %"}}
offers: {days_to_answer: 5, refusals_allowed: 0, after: hold, last_step: keys, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
mode: choice
`

// Town is a policy of two lists. Points decide, homes must have the rooms that a
// household wants, and some homes may be kept for big households.
type Town struct {
	Mode      string // choice or fill
	Reserve   string // for big households: soft, hard, released, or empty for none
	Districts string // rank or limit
	Approval  string // none or required
}

const town = `
name: town
version: "1"
title: {en: Town}
time_zone: UTC
in_force: {from: 2020-01-01}
attributes:
  application:
    points: {type: int, min: 0}
    rooms: {type: int, min: 1}
    big: {type: bool, unclaimed: false}
    until: {type: date}
lists: [{code: general, title: {en: General}}, {code: second, title: {en: Second}}]
eligibility:
  - {code: NO_POINTS, require: points > 0, reason: {en: "{points} points"}}
  - {code: TOO_LATE, require: "!known(until) || on <= until", reason: {en: "{until} is over"}}
need: {expr: "1"}
order: [{by: value, expr: points, direction: descending}, {by: draw}]
suitability:
  - {code: TOO_SMALL, require: "unit.rooms >= otherwise(rooms, 1)", reason: {en: "{unit.rooms} rooms, wants {otherwise(rooms, 1)}"}}
unit_standard:
  - {code: WORN, require: "unit.wear_percent <= 50", reason: {en: "worn {unit.wear_percent} %"}}
offers: {days_to_answer: 5, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
districts: {use: DISTRICTS}
approval: APPROVAL
mode: MODE
`

// Text of the policy.
func (t Town) Text() string {
	text := town
	if t.Reserve != "" {
		text += "reserves: [{code: big, title: {en: Big}, who: big, strict: " + t.Reserve + "}]\n"
	}
	return strings.NewReplacer("DISTRICTS", t.Districts, "APPROVAL", t.Approval, "MODE", t.Mode).Replace(text)
}

// Shipped is the text of a policy that eile ships.
func Shipped(t T, name string) string {
	t.Helper()
	text, ok := policy.ShippedSource(name)
	if !ok {
		t.Fatalf("no policy %s is shipped", name)
	}
	return string(text)
}

var loaded sync.Map // policies by text: to load one takes longer than most tests

// Load reads the text of a policy.
func Load(t T, text string) *policy.Policy {
	t.Helper()
	if known, ok := loaded.Load(text); ok {
		return known.(*policy.Policy)
	}
	p, err := policy.Load("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	loaded.Store(text, p)
	return p
}

// Day reads a date.
func Day(t T, text string) day.Day {
	t.Helper()
	on, err := day.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return on
}

// Activate puts a policy in force and brings the applications to it. The homes
// are left for who assesses them next.
func (w *World) Activate(text string) {
	w.Helper()
	w.use(text)
	change, err := w.Register.BeginPolicyChange(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	applications := All(w, store.Applications)
	var placements []*eilev1.Placement
	for _, application := range applications {
		placements = append(placements, state.Evaluate(w.InForce(), application))
	}
	if err := change.Place(w.Context(), placements); err != nil {
		w.Fatal(err)
	}
	if _, err := change.Switch(w.Context(), w.Stamp("policy.activate"), w.InForce().Policy.Identity(), placements, func(*store.Tx) error { return nil }); err != nil {
		w.Fatal(err)
	}
	for _, application := range applications {
		MustOn(w, "policy.settle", store.Applications, application.GetReference(), state.Settle)
	}
}

// Version is the text of another version of a policy, edited.
func Version(text, version string, edits ...string) string {
	return strings.NewReplacer(append([]string{`version: "1"`, `version: "` + version + `"`}, edits...)...).Replace(text)
}
