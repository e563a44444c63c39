package policy

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones must be known on a machine without a zone database

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/source"
)

// Most entries of each part of a file, so that loading one stays quick.
const (
	maxRules      = 300
	maxParameters = 1_000
	maxExamples   = 1_000
)

func checkLimits(faults *source.Faults, raw *source.File) {
	rules := len(raw.Eligibility) + len(raw.Suitability) + len(raw.UnitStandard) + len(raw.Reserves) + len(raw.Values) + len(raw.Order)
	if rules > maxRules {
		faults.Add(source.Position{}, "the file has %d rules and values; at most %d are read", rules, maxRules)
	}
	if n := len(raw.Examples.Households) + len(raw.Examples.Units) + len(raw.Examples.Suitability); n > maxExamples {
		faults.Add(source.Position{}, "the file has %d examples; at most %d are read", n, maxExamples)
	}
	if n := len(raw.Parameters); n > maxParameters {
		faults.Add(source.Position{}, "the file has %d parameters; at most %d are read", n, maxParameters)
	}
	for _, list := range [][]source.Named[source.Attribute]{raw.Attributes.Application, raw.Attributes.Member, raw.Attributes.Unit, raw.Attributes.Inspection} {
		if len(list) > fact.MaxAttributes {
			faults.Add(list[0].Name.Position, "a record has %d attributes; at most %d are read", len(list), fact.MaxAttributes)
		}
	}
}

// head reads what a policy says of itself.
func (p *Policy) head(faults *source.Faults, raw *source.File) {
	location, err := time.LoadLocation(raw.TimeZone.Text)
	if err != nil || raw.TimeZone.Text == "Local" {
		faults.Add(raw.TimeZone.Position, "%q is no time zone; write e.g. Europe/Vilnius", source.Clip(raw.TimeZone.Text))
	}
	if !source.IsCode(raw.Name.Text) {
		faults.Add(raw.Name.Position, "%q is no name of a policy; use a-z, 0-9 and -, at most 64", source.Clip(raw.Name.Text))
	}
	if len(raw.Version.Text) > 64 {
		faults.Add(raw.Version.Position, "the version is longer than 64 characters")
	}
	if currency := raw.Currency.Text; raw.Currency.Set() && (len(currency) != 3 || strings.ToUpper(currency) != currency) {
		faults.Add(raw.Currency.Position, "%q is no currency; write e.g. EUR", source.Clip(currency))
	}
	if !raw.InForce.From.Set() {
		faults.Add(raw.InForce.Position, "in_force lacks the key %q", "from")
	}
	p.Name, p.Version, p.title, p.Location = raw.Name.Text, raw.Version.Text, source.TitleOf(raw.Title), location
	p.editions = &editions{period: spanOf(faults, raw.InForce.From, raw.InForce.Until)}
	p.personalCode = faults.Choice(raw.PersonalCode, "", "lt") == "lt"
	p.membersRequired = faults.Choice(raw.Household, "optional", "required") == "required"
	p.lists = faults.Entries(raw.Lists, source.IsListName, "a list")
	p.hazards = faults.Entries(raw.Hazards, source.IsListName, "a hazard")
	p.Lists, p.Hazards = source.Codes(p.lists), source.Codes(p.hazards)
	p.DefaultList = defaultList(faults, raw.DefaultList, p.Lists)
}

// defaultList is the first of the lists unless the file names one.
func defaultList(faults *source.Faults, named source.Text, lists []string) string {
	switch {
	case len(lists) == 0:
		faults.Add(source.Position{}, "lists is empty; a policy has at least one")
		return ""
	case !named.Set():
		return lists[0]
	case !slices.Contains(lists, named.Text):
		faults.Add(named.Position, "%q is not under lists", source.Clip(named.Text))
	}
	return named.Text
}
