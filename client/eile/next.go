package main

import (
	"strings"

	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// commands are what a person types to take each next step that the service names. A word in braces
// is an argument of the step, one in capitals is for the person to fill in.
var commands = map[string]string{
	"ACTIVATE_POLICY":      "policy activate NAME",
	"APPROVE_GIVING_UP":    "decommission approve {unit}",
	"APPROVE_IN_PRINCIPLE": "decommission approve {unit} --in-principle",
	"END_TENANCY":          "tenancy end {tenancy} --reason TEXT",
	"EXPLAIN_HOME":         "run explain {run} --unit {unit}",
	"FAIL_LETTING":         "tenancy fail {tenancy} --reason TEXT",
	"PROPOSE_GIVING_UP":    "decommission propose {unit} --reason TEXT",
	"REINSTATE":            "application reinstate {application} --decision NUMBER --reason TEXT",
	"REJECT_GIVING_UP":     "decommission reject {unit}",
	"REMOVE":               "application remove {application} --decision NUMBER --reason TEXT",
	"SHOW_DECISION":        "decision get {decision}",
	"REGISTER_TRANSFER":    "application register REFERENCE --transfer-unit {unit} --transfer-reason {reason}",
}

// commandOf returns the command by which a next step is taken; empty where this program knows none,
// or not with what: the step is one of a newer server.
func commandOf(step *eilev1.NextStep) string {
	line, known := commands[step.GetCode()]
	if !known {
		return ""
	}
	given := map[string]string{}
	for _, arg := range step.GetArgs() {
		given[arg.GetName()] = arg.GetText()
	}
	words := []string{"eile"}
	for word := range strings.FieldsSeq(line) {
		name, isArgument := strings.CutPrefix(word, "{")
		if isArgument {
			if word = given[strings.TrimSuffix(name, "}")]; word == "" {
				return ""
			}
		}
		words = append(words, quoted(word))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it. The word comes from the register: it must not become a
// command of its own.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/:=,", r)
	}
	if strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(render.Printable(word), "'", `'\''`) + "'"
}
