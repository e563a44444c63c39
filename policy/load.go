package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/need"
	"github.com/eile-housing/eile/policy/procedure"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
)

// Load reads, checks and compiles a policy; fileName names it in errors. The error joins every
// source.Fault of the text. The examples are not run: package example does that.
func Load(fileName string, text []byte) (*Policy, error) {
	raw, err := source.Parse(fileName, text)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	p := &Policy{File: fileName, SHA256: hex.EncodeToString(sum[:]), Examples: raw.Examples, voice: newVoice(hex.EncodeToString(sum[:]))}
	faults := source.NewFaults(fileName)
	p.head(faults, raw)
	checkLimits(faults, raw)
	p.compile(faults, raw)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// compile declares the names of the file and compiles what is written with them. It ends where the
// names are at fault, for then nothing can be read.
func (p *Policy) compile(faults *source.Faults, raw *source.File) {
	p.vocabulary = fact.NewVocabulary(fact.Reading{Zone: p.Location, DefaultList: p.DefaultList, NeedStandard: raw.Need.Standard.Text})
	names := source.NamesOf(raw.Sources)
	d := declaration{Faults: faults, vocabulary: p.vocabulary, titles: p.titles}
	p.attributes = d.attributes(&raw.Attributes)
	p.Workdays = procedure.WorkdaysOf(faults, raw.Calendar, names)
	figures := d.parameters(raw.Parameters, names, p.editions.period.From)
	values := d.values(raw.Values)
	if faults.Count() > 0 {
		return
	}
	language, err := rule.NewLanguage(p.vocabulary.Variables(), p.vocabulary.Structures(), raw.Currency.Text, p.Calendar)
	if err != nil {
		faults.Add(source.Position{}, "the names of the file do not make a language: %v", err)
		return
	}
	c := &compiler{faults, language, names, p.voice}
	p.editions.vocabulary, p.editions.figures = p.vocabulary, c.figures(raw.Parameters, figures)
	all := c.values(raw.Values, values, p.vocabulary)
	need := c.need(raw.Need, p.vocabulary)
	p.class = c.expression(raw.Need.Class, rule.ReachDate|rule.ReachHousehold, types.StringType)
	inOrder(faults, "values", append(all, need...))
	p.rules(c, raw)
	p.outcomes(faults, raw, names)
	p.keyed, p.unitKeyed = keys(language, p.editions.suitability)
}

// need compiles what a household needs, where that is an expression.
func (c *compiler) need(raw source.NeedRule, vocabulary *fact.Vocabulary) []computed {
	if raw.Standard.Set() {
		if !slices.Contains(need.Standards(), raw.Standard.Text) {
			c.Add(raw.Standard.Position, "%q is no standard; use one of %s", source.Clip(raw.Standard.Text), strings.Join(need.Standards(), ", "))
		}
		if raw.Expr.Set() {
			c.Add(raw.Expr.Position, "need has a standard and an expr; it takes one")
		}
	}
	e := c.expression(raw.Expr, rule.ReachDate|rule.ReachHousehold, types.IntType)
	if e == nil {
		return nil
	}
	vocabulary.Compute(vocabulary.Need, e)
	return []computed{{vocabulary.Need, "need", e, raw.Expr.Position}}
}

// rules compiles everything that tests a record.
func (p *Policy) rules(c *compiler, raw *source.File) {
	const household = rule.ReachDate | rule.ReachHousehold
	p.editions.eligibility = c.conditions(raw.Eligibility, household)
	p.editions.suitability = c.conditions(raw.Suitability, household|rule.ReachHome)
	p.editions.standard = c.conditions(raw.UnitStandard, rule.ReachDate|rule.ReachHome|rule.ReachInspections)
	for _, r := range raw.UnitStandard {
		p.UnitStandard = append(p.UnitStandard, r.Code.Text)
	}
	p.order = c.order(raw.Order)
	p.outOfTurn = c.outOfTurn(raw.OutOfTurn, p.attributes[ApplicationKind], p.order)
	p.Grounds, p.Alternation, p.editions.grounds = p.outOfTurn.grounds, p.outOfTurn.alternate, p.outOfTurn.grounds
	p.Reserves = c.reserves(raw.Reserves)
	p.deciding = deciding(p, c, raw.Decisions)
}

// outcomes reads what follows: offers, districts, mode, approval and duties.
func (p *Policy) outcomes(faults *source.Faults, raw *source.File, names source.Names) {
	p.ApprovalRequired = faults.Choice(raw.Approval, "required", "none") == "required"
	p.Mode = faults.Choice(raw.Mode, choiceMode, fillMode)
	p.Districts = districts(faults, &raw.Districts)
	p.Offers = procedure.Offers(faults, &raw.Offers, p.Calendar)
	checkShares(faults, raw.Reserves, p.Reserves, p.Mode)
	p.service = procedure.ServiceOf(faults, raw.Service, names)
	p.Leases = procedure.Leases(faults, &raw.Leases)
	p.Removals = faults.Entries(raw.Removals, source.IsReasonCode, "a removal")
	p.Duties = procedure.Duties(faults, raw.Duties, names, func(name string) bool {
		return slices.ContainsFunc(p.attributes[ApplicationKind], func(a *fact.Attribute) bool { return a.Name == name && a.Type == table.Int })
	})
}
