package main

import (
	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var flagView = render.View{
	Table: "reference status condition.reasons.code:reasons condition.reasons.detail:detail",
	CSV: `reference status condition.state:condition condition.reasons.code:reasons condition.reasons.detail:detail district
		address condition.assessed_on:assessed_on`,
}

func newFlag(s *session) *cobra.Command {
	req := &eilev1.ListUnitsRequest{Condition: eilev1.ConditionState_CONDITION_STATE_FLAGGED}
	return group("flag", "List the homes that are not fit to live in",
		listUnits(s, "List the flagged homes with the reasons", flagView, req))
}
