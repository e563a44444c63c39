package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newUnitRegister(s *session) *cobra.Command {
	var reference string
	var given *flag.Unit
	cmd := s.ask("register", "Put a home into the register", unitView,
		func(ctx context.Context, c *client.Client, _ []string) (proto.Message, error) {
			req := &eilev1.RegisterUnitRequest{Unit: given.Given(reference)}
			if given.LeaseGiven() {
				req.Unit.Lease = given.LeaseOver(nil)
			}
			return c.Units.RegisterUnit(ctx, req)
		})
	cmd.Use = "register [REFERENCE]"
	cmd.Args = referenceOr(&reference)
	cmd.Flags().StringVar(&reference, "reference", "", "`REFERENCE`, unique: 1 to 64 of A-Z a-z 0-9 . _ -")
	given = flag.NewUnit(cmd.Flags())
	return cmd
}
