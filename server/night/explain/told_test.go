package explain

import (
	"strings"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Whoever had no place to be matched is told why in words: not by the name of the state, and
// not in the words of another one, such as those of a home that is reserved.
func TestEachStateIsToldInItsOwnWords(t *testing.T) {
	for _, lang := range []string{"en", "lt"} {
		reserve := eiletest.Says(lang, told("RESERVED"))
		said := map[string]string{reserve: "a home that is reserved"}
		for number, name := range eilev1.ApplicationStatus_name {
			status := eilev1.ApplicationStatus(number)
			if status == eilev1.ApplicationStatus_APPLICATION_STATUS_UNSPECIFIED || status == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
				continue
			}
			reason := stood(&eilev1.Placement{Status: status})
			sentence := eiletest.Says(lang, reason)
			if sentence == "" || strings.Contains(sentence, reason.GetCode()) {
				t.Errorf("%s: %s is told %q", lang, name, sentence)
			}
			if other := said[sentence]; other != "" {
				t.Errorf("%s: %s is told what %s is: %q", lang, name, other, sentence)
			}
			said[sentence] = name
		}
	}
}
