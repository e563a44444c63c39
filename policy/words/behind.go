package words

import (
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// behind is what a sentence writes of the reasons behind it, those of one name: each
// as CODE: sentence, or its Code or its Text alone. A template calls the methods.
type behind struct {
	reasons []*eilev1.Reason
	say     func(*eilev1.Reason) string
}

// String writes each reason with its code.
func (h *behind) String() string {
	return h.join(func(reason *eilev1.Reason) string { return reason.GetCode() + ": " + h.say(reason) })
}

// Code writes the codes of the reasons.
func (h *behind) Code() string { return h.join((*eilev1.Reason).GetCode) }

// Text writes the sentences of the reasons.
func (h *behind) Text() string { return h.join(h.say) }

func (h *behind) join(write func(*eilev1.Reason) string) string {
	parts := make([]string, len(h.reasons))
	for i, reason := range h.reasons {
		parts[i] = write(reason)
	}
	return strings.Join(parts, "; ")
}
