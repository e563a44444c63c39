package render

import (
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Reason is one answer to why, in an answer that is none of the server.
type Reason struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Reasons are put into words. They are never nil, so that JSON has a list also where there is none.
func Reasons(given []*eilev1.Reason, says func(*eilev1.Reason) string) []Reason {
	reasons := []Reason{}
	for _, r := range given {
		reasons = append(reasons, Reason{r.GetCode(), says(r)})
	}
	return reasons
}

// Codes are the codes of reasons, joined by semicolons.
func Codes(reasons []Reason) string {
	var codes []string
	for _, r := range reasons {
		codes = append(codes, r.Code)
	}
	return strings.Join(codes, ";")
}

// withNext is the sentence of a reason and, after a colon, what can be done about it.
func withNext(reason *eilev1.Reason, next func(*eilev1.NextStep) string) string {
	if next == nil {
		return reason.GetDetail()
	}
	var steps []string
	for _, step := range reason.GetNext() {
		if said := next(step); said != "" {
			steps = append(steps, said)
		}
	}
	if len(steps) == 0 {
		return reason.GetDetail()
	}
	return reason.GetDetail() + ": " + strings.Join(steps, ", or ")
}
