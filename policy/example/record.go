package example

import (
	"slices"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// application builds the application of an example; not ok where the policy does not take it.
func application(faults *source.Faults, p *policy.Policy, x *source.HouseholdExample) (*eilev1.Application, bool) {
	before := faults.Count()
	app := &eilev1.Application{
		Reference: x.Name.Text, List: x.List.Text, RegisteredAt: x.Registered.Text, RegisterNumber: x.Number.Text, Districts: source.Texts(x.Districts),
		Attributes: sheet(faults, x.Attributes, p.Attributes(policy.ApplicationKind)),
	}
	if x.Members.Set() {
		members, err := table.ParseMembers(x.Members.Text, x.On.Day)
		if err != nil {
			faults.Add(x.Members.Position, "members: %v", err)
		}
		app.Household = &eilev1.Household{Members: members}
	}
	for _, facts := range x.MemberFacts {
		n, err := source.WholeNumber(facts.Name.Text)
		if members := app.GetHousehold().GetMembers(); err != nil || n < 1 || n > int64(len(members)) {
			faults.Add(facts.Name.Position, "there is no member %s", source.Clip(facts.Name.Text))
		} else {
			members[n-1].Attributes = sheet(faults, facts.Value, p.Attributes(policy.MemberKind))
		}
	}
	if x.Transfer.Set() {
		app.Transfer = &eilev1.Transfer{Unit: "example", Reason: x.Transfer.Text}
	}
	for _, g := range x.Grounds {
		granted := &eilev1.Ground{Code: g.Code.Text, GrantedFrom: g.From.Day.Proto()}
		if g.Until.Set() {
			granted.GrantedUntil = g.Until.Day.Proto()
		}
		app.Grounds = append(app.Grounds, granted)
	}
	for _, v := range p.Validate(app) {
		faults.Add(x.Position, "example %q: %s: %s", source.Clip(x.Name.Text), v.Field, p.Say(words.Default, v.Reason))
	}
	return app, faults.Count() == before
}

// sheet reads the facts of an example by their declarations.
func sheet(faults *source.Faults, sheet []source.Named[source.Text], declared []table.Attribute) map[string]*eilev1.Fact {
	facts := map[string]*eilev1.Fact{}
	for _, entry := range sheet {
		i := slices.IndexFunc(declared, func(a table.Attribute) bool { return a.Name == entry.Name.Text })
		if i < 0 {
			faults.Add(entry.Name.Position, "the policy declares no attribute %q", source.Clip(entry.Name.Text))
			continue
		}
		stored, err := table.ParseFact(declared[i], entry.Value.Text)
		if err != nil {
			faults.Add(entry.Value.Position, "%s: %v", entry.Name.Text, err)
			continue
		}
		facts[entry.Name.Text] = stored
	}
	return facts
}
