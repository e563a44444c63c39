package policy

import (
	"slices"

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
	voice   *voice
	reasons []*eilev1.Reason
	// failed rules could not be computed; the record is undetermined and the rule is named.
	failed  []*eilev1.Reason
	unknown *types.Unknown
	// proposes is the gravest of what the failed rules propose.
	proposes string
}

// test evaluates every condition; none is skipped because another failed, so that all reasons are
// known at once.
func (f *findings) test(conditions []*condition) {
	for _, c := range conditions {
		v := c.require.Eval(f.scope)
		switch x := v.(type) {
		case types.Bool:
			if !x {
				if f.proposes != "removal" {
					f.proposes = c.proposes
				}
				f.reasons = append(f.reasons, f.voice.reason(c.reason, f.scope))
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
		reasons = append(reasons, f.voice.missing(name))
	}
	return reasons
}
