package fact

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/rule"
)

// Figure is a parameter: values by date, oldest first, or an expression over parameters that stand
// before it.
type Figure struct {
	Variable int
	Values   []Dated
	Expr     *rule.Expression
}

// Dated is a value from its day until the next one.
type Dated struct {
	From  day.Day
	Value ref.Val
}

// Figures returns the values of parameters today, by the numbers of their variables, and notes when
// one of them changes.
func (v *Vocabulary) Figures(list []Figure, today *rule.Today) []ref.Val {
	out := make([]ref.Val, len(v.variables))
	s := v.Acquire(Day{On: today.On, Figures: out})
	defer s.Release()
	for _, f := range list {
		if f.Expr != nil {
			out[f.Variable] = f.Expr.Eval(s)
			continue
		}
		out[f.Variable] = types.NewErr("%s has no value on %s", v.variables[f.Variable].Name, today.On)
		for _, dated := range f.Values {
			if dated.From > today.On {
				s.Today.Note(dated.From)
				break
			}
			out[f.Variable] = dated.Value
		}
	}
	if s.Today.Next != 0 {
		today.Note(s.Today.Next)
	}
	return out
}
