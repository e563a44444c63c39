package eiletest

import (
	"strings"

	said "github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/words"
)

// Says returns a reason in a language, by the sentences of the service; empty where
// the language has none, or lacks an argument that its sentence writes.
func Says(lang string, reason *eilev1.Reason) string {
	return says(lang, reason, nil)
}

// Says returns a reason in a language, by the sentences of the service and of the
// policy in force; empty as above.
func (w *World) Says(lang string, reason *eilev1.Reason) string {
	return says(lang, reason, w.InForce().Policies)
}

func says(lang string, reason *eilev1.Reason, policies said.Policies) string {
	said := words.Sentence(lang, reason, policies)
	if said == reason.GetCode() || strings.Contains(said, "<no value>") {
		return ""
	}
	return said
}

// Said tells whether a reason has a sentence in each language.
func Said(reason *eilev1.Reason) bool {
	for _, lang := range words.Languages() {
		if Says(lang, reason) == "" {
			return false
		}
	}
	return true
}
