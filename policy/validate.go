package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Violation is one field of a record that the policy does not take. Field is the name that the API
// and the columns of a file use, e.g. list or attributes.net_income_cents.
type Violation struct {
	Field  string
	Reason *eilev1.Reason
}

// Error is what is wrong with the field, in English.
func (v Violation) Error() string {
	return v.Field + ": " + words.Rules.Say(words.Default, v.Reason, nil)
}

// violations collects what is wrong with one record.
type violations []Violation

func (v *violations) add(field string, reason *eilev1.Reason) {
	*v = append(*v, Violation{field, reason})
}

// given is the value that is refused, as much of it as is repeated.
func given(value string) *eilev1.Argument { return words.Text("given", source.Clip(value)) }

// Validate checks an application against what the policy declares: its list, districts, members,
// grounds and attributes. It says nothing of eligibility.
func (p *Policy) Validate(app *eilev1.Application) []Violation {
	var v violations
	if app.GetList() != "" && !slices.Contains(p.Lists, app.GetList()) {
		v.add("list", words.Reason("UNKNOWN_LIST.application", given(app.GetList()), words.Items("lists", p.Lists...)))
	}
	for _, d := range app.GetDistricts() {
		if len(p.Districts.Known) > 0 && !slices.Contains(p.Districts.Known, d) {
			v.add("districts", words.Reason("UNKNOWN_DISTRICT", given(d), words.Items("districts", p.Districts.Known...)))
		}
	}
	if a := app.GetRegisteredAt(); a != "" {
		if _, ok := day.KeptMoment(a); !ok {
			v.add("registered_at", words.Reason("BAD_REGISTERED_AT", given(a)))
		}
	}
	validateMembers(&v, p, app)
	validateFacts(&v, "attributes.", p.attributes[ApplicationKind], app.GetAttributes())
	for _, g := range app.GetGrounds() {
		if !slices.ContainsFunc(p.Grounds, func(known Ground) bool { return known.Code == g.GetCode() }) {
			v.add("grounds", words.Reason("UNKNOWN_GROUND.application", given(g.GetCode())))
		}
	}
	return v
}

func validateMembers(v *violations, p *Policy, app *eilev1.Application) {
	members := app.GetHousehold().GetMembers()
	if len(members) == 0 && p.membersRequired {
		v.add("members", words.Reason("MEMBERS_REQUIRED"))
	}
	for i, m := range members {
		validateFacts(v, fmt.Sprintf("household.members[%d].attributes.", i+1), p.attributes[MemberKind], m.GetAttributes())
	}
}

// ValidateUnit checks a home against what the policy declares: its earmark and attributes.
func (p *Policy) ValidateUnit(unit *eilev1.Unit) []Violation {
	var v violations
	e := unit.GetEarmark()
	if e != "" && !slices.ContainsFunc(p.Reserves, func(r Reserve) bool { return r.Code == e }) {
		v.add("earmark", words.Reason("UNKNOWN_EARMARK", given(e)))
	}
	validateFacts(&v, "attributes.", p.attributes[UnitKind], unit.GetAttributes())
	return v
}

// ValidateInspection checks an inspection against what the policy declares: its hazards and
// attributes.
func (p *Policy) ValidateInspection(i *eilev1.Inspection) []Violation {
	var v violations
	for _, h := range i.GetHazards() {
		if !slices.Contains(p.Hazards, h) {
			v.add("hazards", words.Reason("UNKNOWN_HAZARD", given(h)))
		}
	}
	validateFacts(&v, "attributes.", p.attributes[InspectionKind], i.GetAttributes())
	return v
}

// validateFacts checks facts against their declarations, in order of name.
func validateFacts(v *violations, prefix string, declared []*fact.Attribute, facts map[string]*eilev1.Fact) {
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		i := slices.IndexFunc(declared, func(f *fact.Attribute) bool { return f.Name == name })
		if i < 0 {
			v.add(prefix+name, words.Reason("UNDECLARED_ATTRIBUTE", given(name)))
			continue
		}
		validateFact(v, prefix+name, declared[i], facts[name])
	}
}

// validateFact tests the type, the bounds and the allowed values of one fact.
func validateFact(v *violations, field string, f *fact.Attribute, stored *eilev1.Fact) {
	if f.Type == table.Rows {
		if text, ok := stored.GetValue().(*eilev1.Fact_StringValue); ok {
			if _, err := table.ParseRows(f.Attribute, text.StringValue); err != nil {
				v.add(field, words.Reason("BAD_ROWS", words.Text("why", err.Error())))
				return
			}
		}
	}
	val, ok := f.Value(stored)
	if !ok {
		v.add(field, words.Reason("WRONG_TYPE", words.Text("name", f.Name), words.Text("type", f.Type.String())))
		return
	}
	if f.Outside(val) {
		v.add(field, words.Reason("OUT_OF_BOUNDS", words.Text("name", f.Name), words.Text("given", rule.WriterOf(words.Default, "").Write(val)),
			words.Text("low", limit(f.Min)), words.Text("high", limit(f.Max))))
	}
	if wrong := f.Foreign(stored.GetStringValue()); wrong != "" {
		v.add(field, words.Reason("NOT_ALLOWED", given(wrong), words.Items("allowed", f.Values...)))
	}
}

// limit writes a bound; an open one is an ellipsis.
func limit(n *int64) string {
	if n == nil {
		return "…"
	}
	return strconv.FormatInt(*n, 10)
}
