package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newApplicationAmend(s *session) *cobra.Command {
	var cmd *cobra.Command
	var given *flag.Application
	var decision *eilev1.ByDecision
	var etag string
	cmd = s.ask("amend REFERENCE", "Change facts; the registration date only by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			paths := given.Paths()
			if len(paths) == 0 {
				return nil, badUsage("eile application amend: nothing to amend; see eile application amend --help")
			}
			req := &eilev1.AmendApplicationRequest{
				Application: given.Given(args[0]), UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
			}
			req.Application.Etag = etag
			if cmd.Flags().Changed("decision") {
				req.Decision = decision
			} else {
				req.Reason = decision.GetReason()
			}
			if given.PersonGiven() {
				recorded, err := recordedPerson(ctx, c, args[0])
				if err != nil {
					return nil, err
				}
				req.Person = given.PersonOver(recorded)
			}
			return c.Applications.AmendApplication(ctx, req)
		})
	given = flag.NewApplication(cmd.Flags())
	decision = flag.Decision(cmd.Flags())
	flag.EtagVar(cmd.Flags(), &etag)
	return cmd
}

// recordedPerson is the personal data on record, nil where there is none: the server replaces the
// whole, so what was not given goes along. Of two who amend one person in the same moment the later
// one wins.
func recordedPerson(ctx context.Context, c *client.Client, reference string) (*eilev1.Person, error) {
	person, err := c.Applications.GetPerson(ctx, &eilev1.GetPersonRequest{Reference: reference})
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	return person, err
}
