package rules

import "strings"

type Reason struct{ Code string }

type Refusal struct{ Reasons []*Reason }

func (r Refusal) Error() string {
	codes := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		codes[i] = reason.Code
	}
	return strings.Join(codes, " ")
}

func Refuse(code string) error {
	return Refusal{Reasons: []*Reason{{code}}}
}

type Reasons []*Reason

func (r *Reasons) Add(code string) {
	*r = append(*r, &Reason{code})
}

func (r Reasons) Refusal() error {
	if len(r) == 0 {
		return nil
	}
	return Refusal{r}
}
