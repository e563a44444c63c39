package main

import (
	"github.com/spf13/cobra"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// decisionFlags adds the flags that cite a decision. Without a number it is bad usage, where the command needs one.
func decisionFlags(cmd *cobra.Command, required bool) *eilev1.ByDecision {
	decision := &eilev1.ByDecision{}
	flags := cmd.Flags()
	flags.StringVar(&decision.Number, "decision", "", "`NUMBER` of the decision")
	flags.StringVar(&decision.Reason, "reason", "", "reason in words, `TEXT`")
	dateVar(flags, &decision.DecidedOn, "decided-on", "day of the decision, `DATE`; today unless given")
	flags.StringVar(&decision.Body, "body", "", "`BODY` that decided")
	flags.StringVar(&decision.LegalGround, "legal-ground", "", "act and paragraph, `TEXT`")
	if required {
		_ = cmd.MarkFlagRequired("decision")
	}
	return decision
}
