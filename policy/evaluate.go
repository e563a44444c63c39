package policy

import (
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Verdict is what the policy says of one household on one day.
type Verdict struct {
	Eligibility eilev1.Eligibility
	// Reasons are all rules that do not hold; for UNDETERMINED also one for each missing fact.
	Reasons []*eilev1.Reason
	// Proposes is what a person is asked to decide when Eligibility is NO: removal, or review where
	// every failed rule only asks for one.
	Proposes string
	// Missing names every fact that a rule or the order needs and that is not known.
	Missing []string
	List    string
	// Need is in the unit of the policy's standard; 0 when it cannot be computed.
	Need      int32
	NeedClass string
	// OrderKey orders bytewise as the law does, and ends itself: 0x00 and the reference may be
	// appended to make it unique. It is computed whatever the eligibility, since a place may be
	// kept; what is not known stands last.
	OrderKey  []byte
	OutOfTurn bool
	// NextDue is the first day after the evaluated one on which any of this can change though the
	// record does not; 0: never.
	NextDue day.Day
	// SuitabilityKey groups households that suit the same homes; see Evaluator.SuitabilityKey.
	SuitabilityKey string
}

// Evaluate says what the policy says of an application on a day. It reads the application and
// changes nothing.
func (e *Evaluator) Evaluate(app *eilev1.Application, on day.Day) Verdict {
	edition, f := e.ask(on)
	defer f.scope.Release()
	f.scope.Household(app)
	v := Verdict{List: f.scope.List()}
	if !e.policy.editions.period.Holds(&f.scope.Today) {
		return e.notInForce(v, &f)
	}
	f.test(edition.eligibility)
	v.OutOfTurn = e.policy.outOfTurn.holds(f.scope)
	v.OrderKey = e.key(&f, v.OutOfTurn)
	e.needOf(&f, &v)
	v.conclude(&f)
	v.SuitabilityKey = e.suitabilityKey(f.scope)
	v.NextDue = edition.due(&f.scope.Today)
	return v
}

// key begins with the band: those with a granted ground stand before the ordinary order.
func (e *Evaluator) key(f *findings, outOfTurn bool) []byte {
	key := make([]byte, 0, 64)
	if outOfTurn {
		return f.orderKey(append(key, 0), e.policy.outOfTurn.order, e.seed)
	}
	return f.orderKey(append(key, 1), e.policy.order, e.seed)
}

// needOf computes the need and the class. What they lack is missing, for a household cannot be
// matched without them.
func (e *Evaluator) needOf(f *findings, v *Verdict) {
	switch n := f.scope.Value(e.policy.vocabulary.Need).(type) {
	case types.Int:
		v.Need = int32(min(max(n, 0), 1<<30))
	default:
		f.need(n)
	}
	if e.policy.class == nil {
		return
	}
	switch c := e.policy.class.Eval(f.scope).(type) {
	case types.String:
		v.NeedClass = string(c)
	default:
		f.need(c)
	}
}

// conclude turns findings into eligibility: a rule that does not hold decides, whatever is unknown;
// else what is unknown leaves it open.
func (v *Verdict) conclude(f *findings) {
	v.Missing = f.missing()
	switch {
	case len(f.reasons) > 0:
		v.Eligibility, v.Reasons = eilev1.Eligibility_ELIGIBILITY_NO, f.all()
		v.Proposes = f.proposes
	case f.open():
		v.Eligibility, v.Reasons = eilev1.Eligibility_ELIGIBILITY_UNDETERMINED, f.lacking()
	default:
		v.Eligibility = eilev1.Eligibility_ELIGIBILITY_YES
	}
}

// notInForce returns a date outside the policy: nothing can be said, and the order stays computable
// so that a place is kept.
func (e *Evaluator) notInForce(v Verdict, f *findings) Verdict {
	v.Eligibility = eilev1.Eligibility_ELIGIBILITY_UNDETERMINED
	v.Reasons = []*eilev1.Reason{words.Reason("POLICY_NOT_IN_FORCE", words.Text("policy", e.policy.Name), words.Day("on", f.scope.Today.On))}
	v.OrderKey = e.key(f, false)
	v.SuitabilityKey = e.suitabilityKey(f.scope)
	v.NextDue = f.scope.Today.Next
	return v
}
