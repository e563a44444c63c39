package explain

import (
	"cmp"
	"strings"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// told is why a run did not give a home, by its code.
func told(code string) *eilev1.Reason { return words.Reason(code + ".run") }

// stood is the reason that an application stood where it got no home.
func stood(placement *eilev1.Placement) *eilev1.Reason {
	return words.Reason(spell.Name(placement.GetStatus()) + ".status")
}

// unsuited is the reason that a home does not suit, with the rule that says so.
func unsuited(rule *eilev1.Reason) *eilev1.Reason {
	return words.Reason("NOT_SUITABLE.run", words.Because("rule", rule))
}

// compareKeys orders placements of one list.
func compareKeys(a, b *eilev1.Placement) int {
	return cmp.Or(strings.Compare(string(a.GetOrderKey()), string(b.GetOrderKey())), strings.Compare(a.GetReference(), b.GetReference()))
}
