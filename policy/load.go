package policy

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones must be known on a machine without a zone database

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/need"
)

// Most entries of each part of a file, so that loading one stays quick.
const (
	maxRules      = 300
	maxFacts      = 150
	maxParameters = 1_000
	maxExprs      = 3_000
	maxExamples   = 1_000
)

// load checks a decoded file and compiles it into the policy.
func (c *compiler) load(raw *file) {
	p := c.p
	c.head(raw)
	c.limits(raw)
	c.builtins()
	p.facts[ApplicationKind] = c.facts(ApplicationKind, raw.Attributes.Application)
	p.facts[UnitKind] = c.facts(UnitKind, raw.Attributes.Unit)
	p.facts[MemberKind] = c.structFacts(MemberKind, raw.Attributes.Member, "members")
	p.facts[InspectionKind] = c.structFacts(InspectionKind, raw.Attributes.Inspection, "inspections")
	c.inspectionFacts()
	p.structs[memberType.TypeName()] = memberStructure(p.facts[MemberKind])
	p.structs[inspectionType.TypeName()] = inspectionStructure(p.facts[InspectionKind])
	c.declareParameters(raw.Parameters)
	c.declareValues(raw.Values)
	if len(c.list) > 0 {
		return
	}
	for _, w := range []writer{english(raw.Currency.s), lithuanian(raw.Currency.s)} {
		env, err := p.newLanguage(w)
		if err != nil {
			c.add(position{}, "the names of the file do not make a language: %s", firstLine(err.Error()))
			return
		}
		c.languages[w.language], c.writers[w.language] = env, w
	}
	c.compileParameters(raw.Parameters)
	c.compileValues(raw.Values)
	c.need(raw.Need)
	c.circles(raw.Values)
	c.rules(raw)
	c.outcomes(raw)
	c.keys()
}

func (c *compiler) head(raw *file) {
	p := c.p
	location, err := time.LoadLocation(raw.TimeZone.s)
	if err != nil || raw.TimeZone.s == "Local" {
		c.add(raw.TimeZone.position, "%q is no time zone; write e.g. Europe/Vilnius", clip(raw.TimeZone.s))
	}
	p.location = location
	if !isCode(p.name) {
		c.add(raw.Name.position, "%q is no name of a policy; use a-z, 0-9 and -, at most 64", clip(p.name))
	}
	if len(p.version) > 64 {
		c.add(raw.Version.position, "the version is longer than 64 characters")
	}
	if raw.Currency.set() && (len(raw.Currency.s) != 3 || strings.ToUpper(raw.Currency.s) != raw.Currency.s) {
		c.add(raw.Currency.position, "%q is no currency; write e.g. EUR", clip(raw.Currency.s))
	}
	if !raw.InForce.From.set() {
		c.add(raw.InForce.position, "in_force lacks the key %q", "from")
	}
	c.span(raw.InForce.From, raw.InForce.Until)
	p.from, p.until = raw.InForce.From.day, raw.InForce.Until.day
	p.personalCode = c.choice(raw.PersonalCode, "", "lt") == "lt"
	p.membersRequired = c.choice(raw.Household, "optional", "required") == "required"
	for _, s := range raw.Sources {
		p.sources = append(p.sources, s.Name.s)
	}
	p.lists = c.entries(raw.Lists, isListName, "a list")
	p.hazards = c.entries(raw.Hazards, isListName, "a hazard")
	if len(p.lists) == 0 {
		c.add(position{}, "lists is empty; a policy has at least one")
		return
	}
	p.defaultList = p.lists[0].Code
	if raw.DefaultList.set() {
		p.defaultList = raw.DefaultList.s
		if !slices.Contains(codes(p.lists), p.defaultList) {
			c.add(raw.DefaultList.position, "%q is not under lists", clip(p.defaultList))
		}
	}
}

func (c *compiler) limits(raw *file) {
	rules := len(raw.Eligibility) + len(raw.Suitability) + len(raw.UnitStandard) + len(raw.Reserves) + len(raw.Values) + len(raw.Order)
	if rules > maxRules {
		c.add(position{}, "the file has %d rules and values; at most %d are read", rules, maxRules)
	}
	if n := len(raw.Examples.Households) + len(raw.Examples.Units) + len(raw.Examples.Suitability); n > maxExamples {
		c.add(position{}, "the file has %d examples; at most %d are read", n, maxExamples)
	}
	if n := len(raw.Parameters); n > maxParameters {
		c.add(position{}, "the file has %d parameters; at most %d are read", n, maxParameters)
	}
	for _, list := range [][]named[attribute]{raw.Attributes.Application, raw.Attributes.Member, raw.Attributes.Unit, raw.Attributes.Inspection} {
		if len(list) > maxFacts {
			c.add(list[0].Name.position, "a record has %d attributes; at most %d are read", len(list), maxFacts)
		}
	}
}

// choice answers one of the allowed values, the first when the key is absent.
func (c *compiler) choice(t text, allowed ...string) string {
	if !t.set() {
		return allowed[0]
	}
	if !slices.Contains(allowed, t.s) {
		c.add(t.position, "%q is not one of %s", clip(t.s), strings.Trim(strings.Join(allowed, ", "), ", "))
	}
	return t.s
}

func (c *compiler) entries(list []titled, valid func(string) bool, what string) []Entry {
	var out []Entry
	for _, t := range list {
		if !valid(t.Code.s) {
			c.add(t.Code.position, "%q is no code of %s; use a-z, A-Z, 0-9, - and _, at most 64", clip(t.Code.s), what)
		}
		if slices.Contains(codes(out), t.Code.s) {
			c.add(t.Code.position, "the code %s stands twice", t.Code.s)
		}
		out = append(out, Entry{t.Code.s, t.Title.En.s, t.Title.Lt.s})
	}
	return out
}

func (c *compiler) span(from, until date) span {
	if from.set() && until.set() && until.day < from.day {
		c.add(until.position, "until %s is before from %s", until.day, from.day)
	}
	return span{from.day, until.day}
}

// need compiles the need and the class.
func (c *compiler) need(raw needRule) {
	p := c.p
	if raw.Standard.set() {
		p.needStandard = raw.Standard.s
		if !slices.Contains(need.Standards(), p.needStandard) {
			c.add(raw.Standard.position, "%q is no standard; use one of %s", clip(p.needStandard), strings.Join(need.Standards(), ", "))
		}
		if raw.Expr.set() {
			c.add(raw.Expr.position, "need has a standard and an expr; it takes one")
		}
	}
	p.needExpr = c.compile(raw.Expr, types.IntType, reachDate|reachHousehold)
	p.class = c.compile(raw.Class, types.StringType, reachDate|reachHousehold)
}

// rules compiles everything that tests a record.
func (c *compiler) rules(raw *file) {
	p := c.p
	p.eligibility = c.conditions(raw.Eligibility, reachDate|reachHousehold)
	p.suitability = c.conditions(raw.Suitability, reachDate|reachHousehold|reachUnit)
	p.standard = c.conditions(raw.UnitStandard, reachDate|reachUnit|reachInspections)
	p.order = c.terms(raw.Order)
	p.grantedOrder = p.order
	if raw.OutOfTurn != nil {
		c.outOfTurn(raw.OutOfTurn)
	}
	for _, r := range raw.Reserves {
		p.reserves = append(p.reserves, c.reserve(&r))
	}
}

func (c *compiler) conditions(rules []rule, may reach) []*condition {
	var out []*condition
	for i := range rules {
		r := &rules[i]
		if !isReasonCode(r.Code.s) {
			c.add(r.Code.position, "%q is no code of a reason; use A-Z, 0-9 and _, a letter first, at most 64", clip(r.Code.s))
		}
		c.provenance(r.Source, r.Certainty)
		out = append(out, &condition{
			code: r.Code.s, span: c.span(r.From, r.Until), require: c.compile(r.Require, types.BoolType, may),
			reason: c.sentence(r.Reason, may), proposes: c.choice(r.Proposes, "removal", "review"),
		})
	}
	return out
}

func isCode(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func isListName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, letters+"0123456789-_") == ""
}

func isReasonCode(s string) bool {
	return s != "" && len(s) <= 64 && s[0] >= 'A' && s[0] <= 'Z' && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
