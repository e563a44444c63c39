package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newApplicationWithdraw(s *session) *cobra.Command {
	req := &eilev1.WithdrawApplicationRequest{}
	cmd := s.ask("withdraw REFERENCE", "End an application at the applicant's wish", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.WithdrawApplication(ctx, req)
		})
	cmd.Flags().StringVar(&req.Reason, "reason", "", "reason in words, `TEXT`")
	etagVar(cmd, &req.Etag)
	return cmd
}

func newApplicationRemove(s *session) *cobra.Command {
	req := &eilev1.RemoveApplicationRequest{}
	cmd := s.ask("remove REFERENCE", "End an application by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.RemoveApplication(ctx, req)
		})
	req.Decision = decisionFlags(cmd, true)
	cmd.Flags().BoolVar(&req.Reject, "reject", false, "it never was eligible: REJECTED instead of REMOVED")
	etagVar(cmd, &req.Etag)
	return cmd
}

// etagVar adds the flag that refuses the change of a record which is no longer the one that was seen.
func etagVar(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "etag", "", "refuse if the record is no longer at `ETAG`")
}
