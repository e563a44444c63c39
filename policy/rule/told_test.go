package rule

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"cel.dev/cel-go/common/types"
)

// What the compiler finds is told in the words of the one who writes a policy: where, what is
// wrong, what to write.
func TestFaultsAreToldInWordsOfThePolicy(t *testing.T) {
	for text, want := range map[string]string{
		"n = 3":                       `1:3 "=" is no operator: write ==`,
		"n === 3":                     "1:5 === is no operator: write ==",
		"n <> 3":                      "1:4 <> is no operator: write != for not equal",
		"n ≥ 3":                       `1:3 "≥" is no operator: write >=`,
		"open & open":                 `1:6 "&" is no operator: write &&`,
		"open and open":               `1:6 "and" is no operator: write &&`,
		"open or open":                `1:6 "or" is no operator: write ||`,
		"not(open)":                   `1:1 nothing is called "not" here: write ! before the condition`,
		"min(n, 2) > 1":               `1:1 nothing is called "min" here: write least(a, b)`,
		"n > 1 &&\n  max(n, 2) > 1":   `2:3 nothing is called "max" here: write most(a, b)`,
		"today > on":                  `1:1 nothing is called "today" here: the date of the rules is on`,
		"on > '2020-01-01'":           "1:4 > does not go with a date and a text: write a day as date('2025-01-31')",
		"'2020-01-01' == born":        "1:14 == does not go with a text and a date: write a day as date('2025-01-31')",
		"on + 3 > on":                 "1:4 + does not go with a date and a whole number: write add_days(date, n), add_months or add_years",
		"on - born > 3":               "1:4 - does not go with a date and a date: write age(from, on) for whole years, or compare with add_days",
		"n > 1.5":                     "1:3 > does not go with a whole number and a number with a point: write it as decimal('1.5')",
		"n > d":                       "1:3 > does not go with a whole number and a decimal: write the decimal first, or decimal(n)",
		"n != 'a'":                    "1:3 != does not go with a whole number and a text: a number is written without quotes",
		"n in 3":                      "1:3 in does not go with a whole number and a whole number",
		"null == n":                   "1:6 == does not go with nothing and a whole number: ask with known(name) whether something is known",
		"!n":                          "1:1 ! does not go with a whole number: it takes conditions",
		"n && open":                   "1:1 here stands a whole number, where a condition belongs",
		"n.old":                       "1:2 nothing can be read by a point from a whole number",
		"n.exists(x, x)":              "1:1 here stands a whole number, where a list belongs",
		"birthdy(born, 18) > on":      `1:1 nothing is called "birthdy" here; did you mean birthday?`,
		"boorn > on":                  `1:1 nothing is called "boorn" here; did you mean born?`,
		"parts.exists(p, p.bilt < 1)": `1:18 there is no field "bilt"; did you mean built?`,
		"parts.exists(p.built < 1)":   "1:7 exists is written LIST.exists(x, CONDITION), with a name for the element",
		"count(n) > 1":                "1:1 count does not take a whole number: it takes a list, each of it a condition",
		"flags.count(n)":              "1:7 count does not take a list, each of it a condition, a whole number: it takes a list, each of it a condition",
		"date(2020) > on":             "1:1 date does not take a whole number: it takes a text; or a whole number, a whole number, a whole number",
		"year_of() > 1":               "1:1 year_of does not take no value: it takes a date",
		"flags.at_least(1, f, n)":     "1:15 at_least is written LIST.at_least(NUMBER, x, CONDITION); here stands a whole number, where the condition belongs",
		"open ? open":                 "1:12 a choice is written CONDITION ? VALUE : VALUE, and its second value is missing",
		"if open":                     `1:1 "if" is a reserved word: a choice is written CONDITION ? VALUE : VALUE`,
		"(open":                       "1:6 a ) is missing here",
		"open)":                       "1:5 a ) stands here that no ( has opened, or a value is missing before it",
		"n > 3,000":                   "1:6 a comma stands only between the values of a function or a list: join conditions with && or ||, write 3000 for 3,000",
		"open; open":                  "1:5 an expression is one condition: join two with && or ||",
		"text == “a”":                 "1:9 “ is no quote of an expression: write ' or \"",
		"text == 'a":                  "1:9 a text begins here that does not end: close its quote",
		"n # 3":                       `1:3 "#" has no meaning in an expression`,
		"n 3":                         `1:3 an operator is missing before "3", or it does not belong here`,
	} {
		e, faults := newWorld(t, "2025-03-01").Compile(text, ReachDate|ReachHome, types.BoolType)
		if e != nil || len(faults) == 0 {
			t.Errorf("%s: no fault", text)
			continue
		}
		if got := fmt.Sprintf("%d:%d %s", faults[0].Line, faults[0].Column, faults[0].What); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

// compilerTalk is how CEL speaks of what it finds.
var compilerTalk = regexp.MustCompile(`Syntax error|token|EOF|undeclared|overload|eile\.|!error!|@|IDENTIFIER`)

// Whatever is cut off or changed in an expression, its faults are some, and in words.
func TestNoFaultSpeaksCompiler(t *testing.T) {
	const text = "n > 1 && on > date('2020-01-01') && parts.exists(p, p.built < 2000) && flags.at_least(1, f, f) && (d > 1 ? open : text in ['a', 'b'])"
	w := newWorld(t, "2025-03-01")
	for i := range len(text) {
		for _, changed := range []string{text[:i], text[:i] + text[i+1:], text[:i] + "=" + text[i:], text[:i] + "(" + text[i:]} {
			e, faults := w.Compile(changed, ReachDate|ReachHome, types.BoolType)
			if e == nil && len(faults) == 0 && strings.TrimSpace(changed) != "" {
				t.Errorf("%s: neither an expression nor a fault", changed)
			}
			for _, f := range faults {
				if compilerTalk.MatchString(f.What) {
					t.Errorf("%s: %s", changed, f.What)
				}
			}
		}
	}
}
