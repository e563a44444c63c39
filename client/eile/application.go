package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const applicationFields = `reference list status registered_at register_number received_at eligibility reasons.%s:reasons missing
	need need_class position policy household:members districts attributes grounds.code:grounds
	suspension.reason:suspension suspension.from:suspended_from suspension.until:suspended_until transfer.unit:transfer_unit transfer.reason:transfer_reason
	proposed_decision.kind:proposed_decision counted_refusals open_offer linked housed_on ended_reason next_due etag`

var applicationView = view{
	table:  "reference list position status eligibility registered_at need need_class",
	csv:    reasonsBy("code", applicationFields),
	record: reasonsBy("detail", applicationFields),
	parts: []part{
		{"grounds", "code granted_from granted_until decision"},
		{"evidence", "kind member state source as_of due_on"},
	},
}

// registeredView shows the access code, which no other answer holds.
var registeredView = view{csv: applicationView.csv + " access_code", record: applicationView.record + " access_code", parts: applicationView.parts}

func newApplication(s *session) *cobra.Command {
	return group("application", "Register, get, list, amend, decide on and end applications",
		newApplicationRegister(s),
		s.ask("get REFERENCE", "Show one application", applicationView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Applications.GetApplication(ctx, &eilev1.GetApplicationRequest{Reference: args[0]})
			}),
		newApplicationList(s),
		newApplicationAmend(s),
		newApplicationWithdraw(s),
		newApplicationSuspend(s),
		newApplicationReinstate(s),
		newApplicationRemove(s),
		newApplicationGrant(s),
		newApplicationHistory(s),
		newApplicationCode(s),
	)
}
