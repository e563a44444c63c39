package words

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A Speaker has sentences of its own for its reasons: a policy.
type Speaker interface {
	// Write says a reason in a language; false: it has no sentence for it.
	Write(lang string, reason *eilev1.Reason) (string, bool)
}

// Policies find a policy by its hash; nil: it is not known.
type Policies func(sha256 string) Speaker

// Of are the policies of which only one is known.
func Of(sha256 string, speaker Speaker) Policies {
	return func(wanted string) Speaker {
		if wanted != sha256 {
			return nil
		}
		return speaker
	}
}
