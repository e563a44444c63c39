package policy

import (
	"time"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/procedure"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Policy is one loaded text of rules. It is safe for concurrent use, and nobody may change what its
// fields hold.
type Policy struct {
	// Name of the scheme, e.g. lt-vilnius, Version of the text and its SHA256 in lower-case
	// hexadecimal are what decisions record.
	Name, Version, SHA256 string
	// File names the text in errors.
	File string
	// Location is the time zone in which days begin.
	Location *time.Location

	// Lists are the codes of the waiting lists, DefaultList that of an application that names none.
	Lists       []string
	DefaultList string
	// Hazards are the codes that inspections may report.
	Hazards []string
	// UnitStandard are the codes of the rules that a home must meet, in the order of the file.
	UnitStandard []string
	// Mode is choice or fill.
	Mode string
	// ApprovalRequired says whether a person approves each run.
	ApprovalRequired bool

	Offers      procedure.OfferRules
	Leases      procedure.LeaseRules
	Districts   Districts
	Reserves    []Reserve
	Grounds     []Ground
	Alternation Alternation
	Duties      []procedure.Duty
	// Removals are the grounds on which a decision may remove an application, beside the codes of
	// eligibility rules.
	Removals []source.Entry
	procedure.Workdays
	// Examples are the cases that must come out as stated; see package example.
	Examples source.Examples

	title           source.Title
	lists, hazards  []source.Entry
	personalCode    bool
	membersRequired bool

	*voice
	vocabulary *fact.Vocabulary
	attributes attributes
	editions   *editions

	deciding map[eilev1.DecisionKind]Deciding
	service  procedure.Service

	class            *rule.Expression
	order            []*orderTerm
	outOfTurn        outOfTurn
	keyed, unitKeyed []int
}

// Identity is what decisions record.
func (p *Policy) Identity() *eilev1.PolicyName {
	return &eilev1.PolicyName{Name: p.Name, Version: p.Version, Sha256: p.SHA256}
}

// Title in a language; in English where that has none.
func (p *Policy) Title(lang string) string { return p.title.In(lang) }

// InForce returns the first and the last day of the policy; a zero last day is no end.
func (p *Policy) InForce() (from, until day.Day) {
	return p.editions.period.From, p.editions.period.Until
}

// Served is the day that counts as served where something was handed over or sent on a day by a
// channel. The error is a Violation: the policy serves nothing by the channel.
func (p *Policy) Served(how string, on day.Day) (day.Day, error) {
	served, reason := p.service.Served(how, on)
	if reason != nil {
		return 0, Violation{"how", reason}
	}
	return served, nil
}

// Attributes declares the facts that a kind of record may carry, in the order of the file.
func (p *Policy) Attributes(kind Kind) []table.Attribute {
	out := make([]table.Attribute, len(p.attributes[kind]))
	for i, f := range p.attributes[kind] {
		out[i] = f.Attribute
	}
	return out
}
