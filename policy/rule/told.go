package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
)

// told says in the words of the one who writes a policy what the compiler of CEL found. After the
// first fault of the writing the compiler guesses, so that one is all that is told; of faults of
// meaning those are left out that follow from another, and all but the first of one place. There is
// a fault at least where anything was found.
func (l *Language) told(e *cel.Env, text string, found []*common.Error) []Fault {
	var faults []Fault
	for i, f := range found {
		at := Fault{Line: f.Location.Line(), Column: f.Location.Column() + 1}
		if message, ok := strings.CutPrefix(f.Message, "Syntax error: "); ok {
			at.What = writing(message, before(text, f.Location))
			return append(faults, at)
		}
		if word, ok := strings.CutPrefix(f.Message, "reserved identifier: "); ok {
			at.What = fmt.Sprintf("%q is a reserved word: a choice is written CONDITION ? VALUE : VALUE", word)
			return append(faults, at)
		}
		if strings.Contains(f.Message, "!error!") && (len(faults) > 0 || i+1 < len(found)) {
			continue
		}
		name := ""
		at.What, name = l.meaning(e, firstLine(f.Message))
		if name != "" && strings.HasSuffix(before(text, f.Location), name) {
			at.Column -= len([]rune(name))
		}
		if len(faults) == 0 || at.Line != faults[len(faults)-1].Line || at.Column != faults[len(faults)-1].Column {
			faults = append(faults, at)
		}
	}
	return faults
}

// before is what stands on the line of a place before it.
func before(text string, at common.Location) string {
	lines := strings.Split(text, "\n")
	if at.Line() < 1 || at.Line() > len(lines) {
		return ""
	}
	line := []rune(lines[at.Line()-1])
	return string(line[:min(max(at.Column(), 0), len(line))])
}

// meaningOf is a fault of meaning in the words of CEL, and what tells it.
var meaningOf = []struct {
	words *regexp.Regexp
	tell  func(l *Language, e *cel.Env, part []string) (what, name string)
}{
	{regexp.MustCompile(`^undeclared reference to '(\S+)'(?: \(did you mean (.+)\?\))?$`), (*Language).undeclared},
	{regexp.MustCompile(`^found no matching overload for '(\S+)' applied to '(.*)'$`), (*Language).misfit},
	{regexp.MustCompile(`^undefined field '(.*)'$`), (*Language).noField},
	{regexp.MustCompile(`^expected type '(.*)' but found '(.*)'$`), func(_ *Language, _ *cel.Env, part []string) (string, string) {
		return fmt.Sprintf("here stands %s, where %s belongs", kindOf(part[2]), kindOf(part[1])), ""
	}},
	{regexp.MustCompile(`^type '(.*)' does not support field selection$`), func(_ *Language, _ *cel.Env, part []string) (string, string) {
		return fmt.Sprintf("nothing can be read by a point from %s", kindOf(part[1])), ""
	}},
	{regexp.MustCompile(`^expression of type '(.*)' cannot be range`), func(_ *Language, _ *cel.Env, part []string) (string, string) {
		return fmt.Sprintf("here stands %s, where a list belongs", kindOf(part[1])), ""
	}},
}

// meaning tells a fault of meaning, with the name that stands before its place where CEL points
// behind it. One that is not of CEL's usual ones is told as CEL has it.
func (l *Language) meaning(e *cel.Env, message string) (what, name string) {
	for _, known := range meaningOf {
		if part := known.words.FindStringSubmatch(message); part != nil {
			return known.tell(l, e, part)
		}
	}
	return message, ""
}

// otherNames are what other languages call a thing that a policy writes in another way.
var otherNames = map[string]string{
	"min": "write least(a, b)", "max": "write most(a, b)", "not": "write ! before the condition",
	"len": "write size(list)", "length": "write size(list)", "abs": "write a >= 0 ? a : -a",
	"now": "the date of the rules is on", "today": "the date of the rules is on",
	"True": "write true", "False": "write false",
}

// shapes are the macros of lists with the way in which each is written.
var shapes = map[string]string{
	"all": "all(x, CONDITION)", "exists": "exists(x, CONDITION)", "exists_one": "exists_one(x, CONDITION)",
	"filter": "filter(x, CONDITION)", "map": "map(x, VALUE)", "at_least": "at_least(NUMBER, x, CONDITION)",
}

// undeclared tells of a name that is not there, with what may be meant.
func (l *Language) undeclared(_ *cel.Env, part []string) (what, name string) {
	name = part[1]
	if shape := shapes[name]; shape != "" {
		return fmt.Sprintf("%s is written LIST.%s, with a name for the element", name, shape), name
	}
	if slices.Contains(workdayFunctions, name) {
		return without(name), name
	}
	what = fmt.Sprintf("nothing is called %q here", name)
	if other := otherNames[name]; other != "" {
		return what + ": " + other, name
	}
	near := strings.Split(strings.ReplaceAll(part[2], "'", ""), " or ")
	// CEL also offers its own operators, which are no names.
	near = slices.DeleteFunc(near, func(s string) bool { return s == "" || s == "in" || strings.HasPrefix(s, "@") })
	return what + meant(near), name
}

// noField tells of a field that a value does not have.
func (l *Language) noField(_ *cel.Env, part []string) (what, name string) {
	var near []string
	for _, symbol := range l.fields.Find(part[1]) {
		near = append(near, symbol.Name)
	}
	return fmt.Sprintf("there is no field %q%s", part[1], meant(near)), ""
}

// meant asks whether one of some names is meant.
func meant(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", strings.Join(names, " or "))
}

// misfit tells of an operator or a function that does not take what it is given.
func (l *Language) misfit(e *cel.Env, part []string) (what, name string) {
	name = part[1]
	given := kindsOf(part[2])
	if name == weighFunction {
		return fmt.Sprintf("at_least is written LIST.%s; here stands %s, where the condition belongs", shapes["at_least"], given[0]), ""
	}
	if sign := signOf(name); sign != "" {
		return fmt.Sprintf("%s does not go with %s%s", sign, strings.Join(given, " and "), advice(sign, given)), ""
	}
	takes := takenBy(e, name)
	return fmt.Sprintf("%s does not take %s%s", name, strings.Join(given, ", "), takes), name
}

// signOf is how an operator is written; empty for a function. CEL writes _<_ for an operator
// between two values.
func signOf(name string) string {
	switch name {
	case "@in":
		return "in"
	case "_[_]":
		return "[ ]"
	case "_?_:_":
		return "? :"
	}
	if strings.Contains(name, "_") && strings.Trim(name, "_<>=!+-*/%&|") == "" {
		return strings.Trim(name, "_")
	}
	return ""
}

// takenBy lists what a function takes.
func takenBy(e *cel.Env, name string) string {
	declared, ok := e.Functions()[name]
	if !ok {
		return ""
	}
	var ways []string
	for _, overload := range declared.OverloadDecls() {
		var kinds []string
		for _, t := range overload.ArgTypes() {
			kinds = append(kinds, kindOf(t.String()))
		}
		if way := strings.Join(kinds, ", "); !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	return ": it takes " + strings.Join(ways, "; or ")
}

// advice is what to write where an operator meets kinds that are often mixed up.
func advice(sign string, given []string) string {
	has := func(kind string) bool { return slices.Contains(given, kind) }
	switch {
	case has("a date") && has("a text"):
		return ": write a day as date('2025-01-31')"
	case has("a date") && (sign == "+" || sign == "-") && has("a whole number"):
		return ": write add_days(date, n), add_months or add_years"
	case has("a date") && sign == "-":
		return ": write age(from, on) for whole years, or compare with add_days"
	case has("a number with a point"):
		return ": write it as decimal('1.5')"
	case has("a decimal") && has("a whole number"):
		return ": write the decimal first, or decimal(n)"
	case has("a text") && has("a whole number"):
		return ": a number is written without quotes"
	case has("nothing"):
		return ": ask with known(name) whether something is known"
	case sign == "!" || sign == "&&" || sign == "||":
		return ": it takes conditions"
	}
	return ""
}
