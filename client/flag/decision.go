package flag

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Decision adds the flags that cite a decision. None must be given: a number can come from the
// second person, and some commands also go without a decision.
func Decision(flags *pflag.FlagSet) *eilev1.ByDecision {
	decision := &eilev1.ByDecision{}
	flags.StringVar(&decision.Number, "decision", "", "`NUMBER` of the decision")
	flags.StringVar(&decision.Reason, "reason", "", "reason in words, `TEXT`")
	DateVar(flags, &decision.DecidedOn, "decided-on", "day of the decision, `DATE`; today unless given")
	flags.StringVar(&decision.Body, "body", "", "`BODY` that decided")
	flags.StringVar(&decision.LegalGround, "legal-ground", "", "act and paragraph, `TEXT`")
	return decision
}

// ReasonVar adds a reason that must be given.
func ReasonVar(flags *pflag.FlagSet, to *string) {
	flags.StringVar(to, "reason", "", "reason in words, `TEXT`")
	_ = cobra.MarkFlagRequired(flags, "reason")
}

// NoteVar adds a note beside what is recorded.
func NoteVar(flags *pflag.FlagSet, to *string) {
	flags.StringVar(to, "note", "", "note in words, `TEXT`")
}

// EtagVar adds the flag that refuses the change of a record which is no longer the one that was
// seen.
func EtagVar(flags *pflag.FlagSet, to *string) {
	flags.StringVar(to, "etag", "", "refuse if the record is no longer at `ETAG`")
}
