package casework

import (
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Refusal says why something may not be done: every reason, not the first.
type Refusal struct {
	What    string // e.g. "offer of unit U-1 to application A-7"
	Reasons []*eilev1.Reason
}

func (r Refusal) Error() string {
	details := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		details[i] = reason.GetDetail()
	}
	return r.What + ": " + strings.Join(details, "; ")
}

// Refuse makes a refusal for one reason.
func Refuse(what, code, detail string) error {
	return Refusal{What: what, Reasons: []*eilev1.Reason{{Code: code, Detail: detail}}}
}

// Reasons collects what stands against a change.
type Reasons []*eilev1.Reason

// Add puts one more reason to those that there are.
func (r *Reasons) Add(code, detail string) {
	*r = append(*r, &eilev1.Reason{Code: code, Detail: detail})
}

// Refusal is nil when nothing stands against the change.
func (r Reasons) Refusal(what string) error {
	if len(r) == 0 {
		return nil
	}
	return Refusal{What: what, Reasons: r}
}
