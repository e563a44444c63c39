package rule

import (
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
)

// Limits of one expression. Cost is bounded before anything runs: the estimate for the largest
// record that the register takes must stay below maxCost. One whose estimate is above countedCost,
// so one with loops in loops, is counted while it runs as well, in case the estimate is wrong;
// counting all would double the time of every rule.
const (
	maxExpression = 4_000
	maxASTNodes   = 2_000
	maxDepth      = 60
	maxCost       = 1_000_000
	countedCost   = 50_000
)

// Variable is what expressions can read by name. Its number is its place in the language.
type Variable struct {
	Name  string
	Type  *types.Type
	Reach Reach
}

// Language compiles the expressions and sentences of one policy. It is for one goroutine; what it
// compiles is not bound to it.
type Language struct {
	variables []Variable
	byName    map[string]int
	// tongues are the languages in which a policy speaks to people. Expressions that are not
	// written for people are of the first.
	tongues []*tongue
	// fields are the names of the fields of all structs, for a fault that asks whether one is
	// meant.
	fields *env.Catalog
	// calendar of the policy; nil: it has none, and no function of working days.
	calendar *day.Calendar
	// compiled counts expressions, so that a file of very many is refused in time.
	compiled int
}

// tongue is what differs between the languages of people: what formats for them.
type tongue struct {
	lang   string
	env    *cel.Env
	writer Writer
}

// NewLanguage makes the language of a policy from its variables and the structs that lists of them
// hold; currency is what money is written with, and calendar says which days are worked on, where
// the policy has one.
func NewLanguage(variables []Variable, structures []*Structure, currency string, calendar *day.Calendar) (*Language, error) {
	l := &Language{variables: slices.Clone(variables), byName: make(map[string]int, len(variables)), fields: env.NewCatalog(), calendar: calendar}
	for i, v := range variables {
		l.byName[v.Name] = i
	}
	for _, s := range structures {
		for _, name := range s.Names() {
			l.fields.Add(&env.CatalogSymbol{Name: name})
		}
	}
	for _, lang := range words.Rules.Languages() {
		t := &tongue{lang: lang, writer: WriterOf(lang, currency)}
		var err error
		if t.env, err = l.environment(structures, t.writer); err != nil {
			return nil, errors.New(firstLine(err.Error()))
		}
		l.tongues = append(l.tongues, t)
	}
	return l, nil
}

// environment is the CEL of one tongue: the variables, the structs that lists hold, and the
// functions of the domain.
func (l *Language) environment(structures []*Structure, w Writer) (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	byName := map[string]*Structure{}
	for _, s := range structures {
		byName[s.Type.TypeName()] = s
	}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(&provider{Provider: registry, structures: byName}),
		cel.CustomTypeAdapter(registry),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ExpressionNodeLimit(maxASTNodes),
		cel.ParserRecursionLimit(maxDepth),
		cel.RegexProgramSizeLimit(1000),
	}
	for _, v := range l.variables {
		options = append(options, cel.Variable(v.Name, v.Type))
	}
	options = append(options, operatorOverloads()...)
	options = append(options, functions()...)
	if l.calendar != nil {
		options = append(options, workdays{l.calendar}.functions()...)
	}
	options = append(options, macroFunctions()...)
	options = append(options, w.functions()...)
	return cel.NewEnv(options...)
}

// Reach returns what a variable reads.
func (l *Language) Reach(variable int) Reach { return l.variables[variable].Reach }

// Narrow says what a variable reads once that is found out; expressions that are compiled
// afterwards are held to it.
func (l *Language) Narrow(variable int, reach Reach) { l.variables[variable].Reach = reach }

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
