package policy

import (
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Evaluator is a policy with the seed of its draw. It is safe for concurrent use.
type Evaluator struct {
	p    *Policy
	seed string
}

// Evaluator joins the policy with the published seed of the draw.
func (p *Policy) Evaluator(seed string) *Evaluator { return &Evaluator{p, seed} }

// Policy answers the policy that is evaluated.
func (e *Evaluator) Policy() *Policy { return e.p }

// Verdict is what the policy says of one household on one day.
type Verdict struct {
	Eligibility eilev1.Eligibility
	// Reasons are all rules that do not hold; for UNDETERMINED also one for each missing fact.
	Reasons []*eilev1.Reason
	// Proposes is what a person is asked to decide when Eligibility is NO: removal, or review where every failed rule only asks for one.
	Proposes string
	// Missing names every fact that a rule or the order needs and that is not known.
	Missing []string
	List    string
	// Need is in the unit of the policy's standard; 0 when it cannot be computed.
	Need        int32
	NeedReasons []*eilev1.Reason
	NeedClass   string
	// OrderKey orders bytewise as the law does, and ends itself: 0x00 and the reference may be appended to make it unique. It is computed whatever the
	// eligibility, since a place may be kept; what is not known stands last.
	OrderKey  []byte
	OutOfTurn bool
	// NextDue is the first day after the evaluated one on which any of this can change though the record does not; 0: never.
	NextDue day.Day
	// SuitabilityKey groups households that suit the same homes; see Evaluator.SuitabilityKey.
	SuitabilityKey string
}

// Evaluate says what the policy says of an application on a day. It reads the application and changes nothing.
func (e *Evaluator) Evaluate(app *eilev1.Application, on day.Day) Verdict {
	s := e.p.acquire(on)
	defer s.release()
	s.app = app
	f := &findings{s: s}
	v := Verdict{List: s.list()}
	if !e.p.period().holds(&s.due) {
		return e.notInForce(v, s)
	}
	f.test(s.edition.eligibility)
	v.OutOfTurn = s.outOfTurn()
	v.OrderKey = e.key(f, v.OutOfTurn)
	e.needOf(f, &v)
	v.conclude(f)
	v.SuitabilityKey = s.suitabilityKey()
	s.due.noteNext(s.edition.next)
	v.NextDue = s.due.next
	return v
}

func (d *due) noteNext(at day.Day) {
	if at != 0 {
		d.note(at)
	}
}

// key begins with the band: those with a granted ground stand before the ordinary order.
func (e *Evaluator) key(f *findings, outOfTurn bool) []byte {
	key := make([]byte, 0, 64)
	if outOfTurn {
		return f.orderKey(append(key, 0), e.p.grantedOrder, e.seed)
	}
	return f.orderKey(append(key, 1), e.p.order, e.seed)
}

// needOf computes the need and the class. What they lack is missing, for a household cannot be matched without them.
func (e *Evaluator) needOf(f *findings, v *Verdict) {
	s := f.s
	switch n := s.value(e.p.needSlot).(type) {
	case types.Int:
		v.Need = int32(min(max(n, 0), 1<<30))
		v.NeedReasons = s.needs.Reasons
	default:
		f.need(n)
	}
	if e.p.class == nil {
		return
	}
	switch c := e.p.class.eval(s).(type) {
	case types.String:
		v.NeedClass = string(c)
	default:
		f.need(c)
	}
}

// conclude turns findings into eligibility: a rule that does not hold decides, whatever is unknown; else what is unknown leaves it open.
func (v *Verdict) conclude(f *findings) {
	v.Missing = f.missing()
	v.Reasons = f.all()
	switch {
	case len(f.reasons) > 0:
		v.Eligibility = eilev1.Eligibility_ELIGIBILITY_NO
		v.Proposes = f.proposes
	case f.unknown != nil || len(f.failed) > 0:
		v.Eligibility = eilev1.Eligibility_ELIGIBILITY_UNDETERMINED
		for _, name := range v.Missing {
			v.Reasons = append(v.Reasons, f.s.p.missingReason(name))
		}
	default:
		v.Eligibility = eilev1.Eligibility_ELIGIBILITY_YES
	}
}

// notInForce answers a date outside the policy: nothing can be said, and the order stays computable so that a place is kept.
func (e *Evaluator) notInForce(v Verdict, s *scope) Verdict {
	v.Eligibility = eilev1.Eligibility_ELIGIBILITY_UNDETERMINED
	v.Reasons = []*eilev1.Reason{{Code: codeNotInForce,
		Detail:   e.p.name + " is not in force on " + s.due.on.String(),
		DetailLt: e.p.name + " negalioja " + s.due.on.String()}}
	v.OrderKey = e.key(&findings{s: s}, false)
	v.SuitabilityKey = s.suitabilityKey()
	v.NextDue = s.due.next
	return v
}
