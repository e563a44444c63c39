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

// Reasons are never nil, so that JSON has a list also where there is none.
func Reasons(given []*eilev1.Reason) []Reason {
	reasons := []Reason{}
	for _, r := range given {
		reasons = append(reasons, Reason{r.GetCode(), r.GetDetail()})
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
