package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Violation is one field of a record that the policy does not take. Field is the name that the API and the columns of a file use, e.g. list or
// attributes.net_income_cents.
type Violation struct {
	Field  string
	Reason *eilev1.Reason
}

// violations collects what is wrong with one record.
type violations []Violation

func (v *violations) add(field, code, en, lt string) {
	*v = append(*v, Violation{field, &eilev1.Reason{Code: code, Detail: en, DetailLt: lt}})
}

// Validate checks an application against what the policy declares: its list, districts, members, grounds and attributes. It says nothing of eligibility.
func (p *Policy) Validate(app *eilev1.Application) []Violation {
	var v violations
	if app.GetList() != "" && !slices.Contains(p.Lists, app.GetList()) {
		v.add("list", "UNKNOWN_LIST", fmt.Sprintf("the list %q is not one of %s", source.Clip(app.GetList()), strings.Join(p.Lists, ", ")),
			fmt.Sprintf("nėra sąrašo „%s“; sąrašai: %s", source.Clip(app.GetList()), strings.Join(p.Lists, ", ")))
	}
	for _, d := range app.GetDistricts() {
		if len(p.Districts.Known) > 0 && !slices.Contains(p.Districts.Known, d) {
			v.add("districts", "UNKNOWN_DISTRICT", fmt.Sprintf("the district %q is not one of %s", source.Clip(d), strings.Join(p.Districts.Known, ", ")),
				fmt.Sprintf("nėra rajono „%s“", source.Clip(d)))
		}
	}
	if a := app.GetRegisteredAt(); a != "" {
		if _, ok := day.KeptMoment(a); !ok {
			v.add("registered_at", "BAD_REGISTERED_AT", fmt.Sprintf("%q is neither a date nor a time with offset (RFC 3339)", source.Clip(a)),
				fmt.Sprintf("„%s“ nėra nei data, nei laikas su poslinkiu (RFC 3339)", source.Clip(a)))
		}
	}
	validateMembers(&v, p, app)
	validateFacts(&v, "attributes.", p.attributes[ApplicationKind], app.GetAttributes())
	for _, g := range app.GetGrounds() {
		if !slices.ContainsFunc(p.Grounds, func(known Ground) bool { return known.Code == g.GetCode() }) {
			v.add("grounds", "UNKNOWN_GROUND", fmt.Sprintf("the policy has no ground %q", source.Clip(g.GetCode())),
				fmt.Sprintf("nėra pagrindo „%s“", source.Clip(g.GetCode())))
		}
	}
	return v
}

func validateMembers(v *violations, p *Policy, app *eilev1.Application) {
	members := app.GetHousehold().GetMembers()
	if len(members) == 0 && p.membersRequired {
		v.add("members", "MEMBERS_REQUIRED", "the policy needs the members of the household", "būtina nurodyti šeimos narius")
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
		v.add("earmark", "UNKNOWN_EARMARK", fmt.Sprintf("the policy has no reserve %q", source.Clip(e)), fmt.Sprintf("nėra grupės „%s“", source.Clip(e)))
	}
	validateFacts(&v, "attributes.", p.attributes[UnitKind], unit.GetAttributes())
	return v
}

// ValidateInspection checks an inspection against what the policy declares: its hazards and attributes.
func (p *Policy) ValidateInspection(i *eilev1.Inspection) []Violation {
	var v violations
	for _, h := range i.GetHazards() {
		if !slices.Contains(p.Hazards, h) {
			v.add("hazards", "UNKNOWN_HAZARD", fmt.Sprintf("the policy has no hazard %q", source.Clip(h)), fmt.Sprintf("nėra pavojaus kodo „%s“", source.Clip(h)))
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
			v.add(prefix+name, "UNDECLARED_ATTRIBUTE", fmt.Sprintf("the policy declares no attribute %q", source.Clip(name)),
				fmt.Sprintf("nėra požymio „%s“", source.Clip(name)))
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
				v.add(field, "BAD_ROWS", err.Error(), "netinkamos eilutės: "+err.Error())
				return
			}
		}
	}
	val, ok := f.Value(stored)
	if !ok {
		v.add(field, "WRONG_TYPE", fmt.Sprintf("%s must be of type %s", f.Name, f.Type), fmt.Sprintf("%s turi būti tipo %s", f.Name, f.Type))
		return
	}
	if f.Outside(val) {
		written, low, high := rule.English("").Write(val), limit(f.Min), limit(f.Max)
		v.add(field, "OUT_OF_BOUNDS", fmt.Sprintf("%s %s is not between %s and %s", f.Name, written, low, high),
			fmt.Sprintf("%s %s nėra tarp %s ir %s", f.Name, written, low, high))
	}
	if wrong := f.Foreign(stored.GetStringValue()); wrong != "" {
		v.add(field, "NOT_ALLOWED", fmt.Sprintf("%q is not one of %s", source.Clip(wrong), strings.Join(f.Values, ", ")),
			fmt.Sprintf("„%s“ nėra tarp: %s", source.Clip(wrong), strings.Join(f.Values, ", ")))
	}
}

// limit writes a bound; an open one is an ellipsis.
func limit(n *int64) string {
	if n == nil {
		return "…"
	}
	return strconv.FormatInt(*n, 10)
}
