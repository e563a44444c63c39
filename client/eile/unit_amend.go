package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newUnitAmend(s *session) *cobra.Command {
	var given *flag.Unit
	var etag string
	cmd := s.ask("amend REFERENCE", "Change facts of a home", unitView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			paths := given.Paths()
			if len(paths) == 0 {
				return nil, badUsage("eile unit amend: nothing to amend; see eile unit amend --help")
			}
			req := &eilev1.AmendUnitRequest{Unit: given.Given(args[0]), UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}}
			req.Unit.Etag = etag
			if given.LeaseGiven() {
				err := amendLease(ctx, c, given, req.GetUnit())
				if err != nil {
					return nil, err
				}
			}
			return c.Units.AmendUnit(ctx, req)
		})
	given = flag.NewUnit(cmd.Flags())
	flag.EtagVar(cmd.Flags(), &etag)
	return cmd
}

// amendLease keeps what is on record of the lease but what was given, since the server replaces the
// whole. Where the caller gave no etag, that of the record which was read goes along: a lease that
// somebody else changed meanwhile is not undone.
func amendLease(ctx context.Context, c *client.Client, given *flag.Unit, unit *eilev1.Unit) error {
	seen, err := c.Units.GetUnit(ctx, &eilev1.GetUnitRequest{Reference: unit.GetReference()})
	if err != nil {
		return err
	}
	unit.Lease = given.LeaseOver(seen.GetLease())
	if unit.GetEtag() == "" {
		unit.Etag = seen.GetEtag()
	}
	return nil
}
