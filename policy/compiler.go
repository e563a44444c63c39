package policy

import (
	"maps"
	"slices"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
)

// compiler turns the texts of one file into expressions and sentences and reports what is wrong
// with them.
type compiler struct {
	*source.Faults
	language *rule.Language
	sources  source.Names
	voice    *voice
}

// expression compiles a text of one of the kinds that may read what may says; nil where there is
// none, and after a fault.
func (c *compiler) expression(t source.Text, may rule.Reach, kinds ...*types.Type) *rule.Expression {
	e, faults := c.language.Compile(t.Text, may, kinds...)
	c.place(t, faults)
	return e
}

// sentence compiles what the reasons of a code say, whose figures may read what may says.
func (c *compiler) sentence(code string, p source.Phrase, may rule.Reach) *sentence {
	s, faults := c.language.Sentence(p.Texts(), may)
	for _, lang := range slices.Sorted(maps.Keys(faults)) {
		c.place(p.In(lang), faults[lang])
	}
	return c.voice.learn(code, s)
}

// place reports the faults of a text in the file; its first line begins where the scalar does.
func (c *compiler) place(t source.Text, faults []rule.Fault) {
	for _, f := range faults {
		at := source.Position{Line: t.Line + f.Line - 1, Column: f.Column}
		if f.Line <= 1 {
			at = source.Position{Line: t.Line, Column: t.Column + f.Column - 1}
		}
		c.Add(at, "%s", f.What)
	}
}

// spanOf reads the days from one date until another, both included.
func spanOf(faults *source.Faults, from, until source.Date) rule.Span {
	if from.Set() && until.Set() && until.Day < from.Day {
		faults.Add(until.Position, "until %s is before from %s", until.Day, from.Day)
	}
	return rule.Span{From: from.Day, Until: until.Day}
}
