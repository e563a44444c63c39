package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// findings gathers what conditions say of one record.
type findings struct {
	scope   *fact.Scope
	policy  *Policy
	reasons []*eilev1.Reason
	// failed rules could not be computed; the record is undetermined and the rule is named.
	failed  []*eilev1.Reason
	unknown *types.Unknown
	// proposes is the gravest of what the failed rules propose.
	proposes string
}

// test evaluates every condition; none is skipped because another failed, so that all reasons are known at once.
func (f *findings) test(conditions []*condition) {
	for _, c := range conditions {
		v := c.require.Eval(f.scope)
		switch x := v.(type) {
		case types.Bool:
			if !x {
				if f.proposes != "removal" {
					f.proposes = c.proposes
				}
				f.reasons = append(f.reasons, c.reason.reason(f.policy, f.scope))
			}
		case *types.Unknown:
			f.unknown = types.MergeUnknowns(f.unknown, x)
		default:
			f.fail(c.code, rule.ErrorText(v))
		}
	}
}

func (f *findings) fail(what, why string) {
	f.failed = append(f.failed, words.Reason("RULE_FAILED", words.Text("rule", what), words.Text("why", why)))
}

// need merges what the order or the need lacked into what the findings lack.
func (f *findings) need(v ref.Val) {
	if u, ok := v.(*types.Unknown); ok {
		f.unknown = types.MergeUnknowns(f.unknown, u)
		return
	}
	f.fail("order", rule.ErrorText(v))
}

// open says that something could not be told.
func (f *findings) open() bool { return f.unknown != nil || len(f.failed) > 0 }

// all are the reasons of rules that do not hold, then those of rules that failed.
func (f *findings) all() []*eilev1.Reason {
	if len(f.failed) == 0 {
		return f.reasons
	}
	return slices.Concat(f.reasons, f.failed)
}

// missing names the facts that a condition needed, in the order in which the policy declares them.
func (f *findings) missing() []string { return rule.Names(f.unknown) }

// lacking are all reasons, and one for each fact that is missing.
func (f *findings) lacking() []*eilev1.Reason {
	reasons := f.all()
	for _, name := range f.missing() {
		reasons = append(reasons, f.policy.missing(name))
	}
	return reasons
}

// titles are what a policy calls its attributes, by the names of their variables; those of members and inspections stand under members. and inspections.
type titles map[string]Title

// of is what a fact is called that is missing, by its name.
func (t titles) of(name string) Title {
	i := strings.LastIndexByte(name, '.')
	switch found, ofInspection := strings.CutPrefix(name, "inspection."); {
	case i >= 0 && strings.HasPrefix(name, "members["):
		return t["members."+name[i+1:]]
	case i >= 0 && strings.HasPrefix(name, "inspections["):
		return t["inspections."+name[i+1:]]
	case ofInspection:
		attribute, _, _ := strings.Cut(found, ".")
		return t["inspections."+attribute]
	}
	return t[name]
}

// keyMissing is the sentence of a fact that a rule needs and that is not known.
const keyMissing = "MISSING.fact"

// missing says that a fact is needed; it is told with the title that the policy gives it.
func (p *Policy) missing(name string) *eilev1.Reason {
	return &eilev1.Reason{Code: missingCode(name), Sentence: "fact", Args: []*eilev1.Argument{words.Text("fact", name)}, PolicySha256: p.SHA256}
}

// write writes the reason of missing.
func (t titles) write(lang string, reason *eilev1.Reason) (string, bool) {
	args := reason.GetArgs()
	if title := t.of(words.TextOf(args, "fact"))[lang]; title != "" {
		args = append(slices.Clone(args), words.Text("title", title))
	}
	return words.Rules.Write(lang, keyMissing, args)
}

// missingCode turns the name of a fact into a code: members[2].working_capacity becomes MISSING_MEMBERS_2_WORKING_CAPACITY.
func missingCode(name string) string {
	code := strings.Map(func(r rune) rune {
		switch {
		case r == ']':
			return -1
		case strings.ContainsRune(letters+"0123456789", r):
			return r
		}
		return '_'
	}, name)
	code = "MISSING_" + strings.ToUpper(code)
	return code[:min(len(code), 64)]
}
