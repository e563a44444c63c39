package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// condition is a compiled rule: an expression that must be true, and the reason when it is not.
type condition struct {
	code     string
	span     span
	require  *expression
	reason   sentences
	proposes string
}

// findings gathers what conditions say of one record.
type findings struct {
	s       *scope
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
		v := c.require.eval(f.s)
		switch x := v.(type) {
		case types.Bool:
			if !x {
				if f.proposes != "removal" {
					f.proposes = c.proposes
				}
				f.reasons = append(f.reasons, &eilev1.Reason{Code: c.code, Detail: c.reason.en.write(f.s), DetailLt: c.reason.lt.write(f.s)})
			}
		case *types.Unknown:
			f.unknown = types.MergeUnknowns(f.unknown, x)
		default:
			f.fail(c.code, errText(v))
		}
	}
}

func (f *findings) fail(what, why string) {
	f.failed = append(f.failed, &eilev1.Reason{Code: codeRuleFailed,
		Detail:   "the rule " + what + " cannot be computed from these facts: " + why,
		DetailLt: "taisyklės " + what + " negalima apskaičiuoti iš šių duomenų: " + why})
}

// all are the reasons of rules that do not hold, then those of rules that failed.
func (f *findings) all() []*eilev1.Reason {
	if len(f.failed) == 0 {
		return f.reasons
	}
	return slices.Concat(f.reasons, f.failed)
}

// missing names the facts that a condition needed, in the order in which the policy declares them.
func (f *findings) missing() []string {
	return namesOf(f.unknown)
}

func namesOf(u *types.Unknown) []string {
	if u == nil {
		return nil
	}
	ids := u.IDs()
	slices.Sort(ids)
	var names []string
	for _, id := range ids {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			if !slices.Contains(names, t.Variable()) {
				names = append(names, t.Variable())
			}
		}
	}
	return names
}

// Codes of reasons that are not written in a policy.
const (
	codeRuleFailed = "RULE_FAILED"
	codeNotInForce = "POLICY_NOT_IN_FORCE"
)

// missingReason says that a fact is needed, with the title that the policy gives it.
func (p *Policy) missingReason(name string) *eilev1.Reason {
	r := &eilev1.Reason{Code: missingCode(name), Detail: "not known: " + name, DetailLt: "nežinoma: " + name}
	title := p.titles[name]
	if i := strings.LastIndexByte(name, '.'); i >= 0 && strings.HasPrefix(name, "members[") {
		title = p.titles["members."+name[i+1:]]
	} else if i >= 0 && strings.HasPrefix(name, "inspections[") {
		title = p.titles["inspections."+name[i+1:]]
	} else if found, ok := strings.CutPrefix(name, "inspection."); ok {
		attribute, _, _ := strings.Cut(found, ".")
		title = p.titles["inspections."+attribute]
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
