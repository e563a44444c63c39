package rule

import (
	"fmt"
	"regexp"
	"strings"
)

// The faults of writing that the parser of CEL names.
var (
	noToken   = regexp.MustCompile(`(?s)^token recognition error at: '(.*)'$`)
	noSense   = regexp.MustCompile(`(?s)^(?:mismatched|extraneous|no viable alternative at) input '(.*?)'(?: expecting (.*))?$`)
	missingIt = regexp.MustCompile(`(?s)^missing '(.*?)' at '(.*)'$`)
)

// writing tells a fault of writing; ahead is what stands before it on its line.
func writing(message, ahead string) string {
	if part := noToken.FindStringSubmatch(message); part != nil {
		return noSuchSign(strings.TrimSpace(part[1]), ahead)
	}
	if part := missingIt.FindStringSubmatch(message); part != nil {
		return fmt.Sprintf("a %s is missing here", part[1])
	}
	part := noSense.FindStringSubmatch(message)
	switch {
	case part == nil:
		return "the expression cannot be read from here on"
	case part[1] == "<EOF>" && part[2] == "':'":
		return "a choice is written CONDITION ? VALUE : VALUE, and its second value is missing"
	case part[1] == "<EOF>":
		return "the expression ends where a value should follow"
	case part[1] == ">" && strings.HasSuffix(ahead, "<"):
		return "<> is no operator: write != for not equal"
	case part[1] == ")":
		return "a ) stands here that no ( has opened, or a value is missing before it"
	case part[1] == ",":
		return "a comma stands only between the values of a function or a list: join conditions with && or ||, write 3000 for 3,000"
	}
	if instead := insteadOf[part[1]]; instead != "" {
		return fmt.Sprintf("%q is no operator: write %s", part[1], instead)
	}
	return fmt.Sprintf("an operator is missing before %q, or it does not belong here", part[1])
}

// insteadOf are signs and words of other languages and of typography, with what a policy writes for
// them.
var insteadOf = map[string]string{
	"=": "==", "&": "&&", "|": "||", "≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "–": "-", "−": "-",
	"and": "&&", "AND": "&&", "or": "||", "OR": "||", "is": "==", "not": "!",
}

// noSuchSign tells of a sign that the language does not have.
func noSuchSign(sign, ahead string) string {
	if sign == "=" && strings.HasSuffix(ahead, "==") {
		return "=== is no operator: write =="
	}
	if instead := insteadOf[sign]; instead != "" {
		return fmt.Sprintf("%q is no operator: write %s", sign, instead)
	}
	switch {
	case strings.ContainsAny(sign, "“”„‟‘’‚«»"):
		return fmt.Sprintf("%s is no quote of an expression: write ' or \"", sign)
	case strings.HasPrefix(sign, "'"), strings.HasPrefix(sign, `"`):
		return "a text begins here that does not end: close its quote"
	case sign == ";":
		return "an expression is one condition: join two with && or ||"
	}
	return fmt.Sprintf("%q has no meaning in an expression", sign)
}
