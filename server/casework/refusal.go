package casework

import (
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	told "github.com/eile-housing/eile/server/words"
)

// Refusal says why something may not be done: every reason, not the first. It is
// put into words for who hears it.
type Refusal struct {
	What    words.Phrase // e.g. the offer of a home to a household
	Reasons []*eilev1.Reason
}

// In is the refusal in a language.
func (r Refusal) In(lang string) *eilev1.Refusal {
	written := &eilev1.Refusal{What: told.Write(lang, r.What)}
	for _, reason := range r.Reasons {
		shown := proto.CloneOf(reason)
		told.Show(lang, shown, nil)
		written.Reasons = append(written.Reasons, shown)
	}
	return written
}

// Error is the refusal in English.
func (r Refusal) Error() string { return Line(r.In(words.Default)) }

// Line is a refusal that is put into words, in one line.
func Line(refusal *eilev1.Refusal) string {
	details := make([]string, len(refusal.GetReasons()))
	for i, reason := range refusal.GetReasons() {
		details[i] = reason.GetDetail()
	}
	says := strings.Join(details, "; ")
	if refusal.GetWhat() == "" {
		return says
	}
	return refusal.GetWhat() + ": " + says
}

// Refuse makes a refusal for one reason.
func Refuse(what words.Phrase, reason *eilev1.Reason) error {
	return Refusal{What: what, Reasons: []*eilev1.Reason{reason}}
}

// Reasons collects what stands against a change.
type Reasons []*eilev1.Reason

// Add puts one more reason to those that there are.
func (r *Reasons) Add(reason *eilev1.Reason) { *r = append(*r, reason) }

// Refusal is nil when nothing stands against the change.
func (r Reasons) Refusal(what words.Phrase) error {
	if len(r) == 0 {
		return nil
	}
	return Refusal{What: what, Reasons: r}
}
