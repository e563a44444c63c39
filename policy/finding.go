package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// findings gathers what conditions say of one record.
type findings struct {
	scope   *fact.Scope
	titles  titles
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
				en, lt := c.reason.Write(f.scope)
				f.reasons = append(f.reasons, &eilev1.Reason{Code: c.code, Detail: en, DetailLt: lt})
			}
		case *types.Unknown:
			f.unknown = types.MergeUnknowns(f.unknown, x)
		default:
			f.fail(c.code, rule.ErrorText(v))
		}
	}
}

func (f *findings) fail(what, why string) {
	f.failed = append(f.failed, &eilev1.Reason{Code: codeRuleFailed,
		Detail:   "the rule " + what + " cannot be computed from these facts: " + why,
		DetailLt: "taisyklės " + what + " negalima apskaičiuoti iš šių duomenų: " + why})
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
		reasons = append(reasons, f.titles.missing(name))
	}
	return reasons
}

// Codes of reasons that are not written in a policy.
const (
	codeRuleFailed = "RULE_FAILED"
	codeNotInForce = "POLICY_NOT_IN_FORCE"
)

// titles are what a policy calls its attributes, by the names of their variables; those of members and inspections stand under members. and inspections.
type titles map[string]Entry

// missing says that a fact is needed, with the title that the policy gives it.
func (t titles) missing(name string) *eilev1.Reason {
	r := &eilev1.Reason{Code: missingCode(name), Detail: "not known: " + name, DetailLt: "nežinoma: " + name}
	title := t[name]
	if i := strings.LastIndexByte(name, '.'); i >= 0 && strings.HasPrefix(name, "members[") {
		title = t["members."+name[i+1:]]
	} else if i >= 0 && strings.HasPrefix(name, "inspections[") {
		title = t["inspections."+name[i+1:]]
	} else if found, ok := strings.CutPrefix(name, "inspection."); ok {
		attribute, _, _ := strings.Cut(found, ".")
		title = t["inspections."+attribute]
	}
	if title.En != "" {
		r.Detail += " (" + title.En + ")"
	}
	if title.Lt != "" {
		r.DetailLt += " (" + title.Lt + ")"
	}
	return r
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
