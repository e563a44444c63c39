package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newApplicationRegister(s *session) *cobra.Command {
	var reference string
	var given *flag.Application
	cmd := s.ask("register", "Put an application into the register; prints the access code, once", registeredView,
		func(ctx context.Context, c *client.Client, _ []string) (proto.Message, error) {
			req := &eilev1.RegisterApplicationRequest{Application: given.Given(reference)}
			if given.PersonGiven() {
				req.Person = given.PersonOver(nil)
			}
			return c.Applications.RegisterApplication(ctx, req)
		})
	cmd.Use = "register [REFERENCE]"
	cmd.Args = referenceOr(&reference)
	cmd.Flags().StringVar(&reference, "reference", "", "`REFERENCE`, unique: 1 to 64 of A-Z a-z 0-9 . _ -")
	given = flag.NewApplication(cmd.Flags())
	given.AddTransfer()
	cmd.MarkFlagsRequiredTogether("transfer-unit", "transfer-reason")
	return cmd
}
