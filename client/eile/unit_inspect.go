package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newUnitInspect(s *session) *cobra.Command {
	inspection := &eilev1.Inspection{}
	var given flag.Attributes
	cmd := s.ask("inspect REFERENCE", "Record an inspection and assess the home", unitView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			inspection.Unit = args[0]
			inspection.Attributes = given.Facts()
			return c.Units.InspectUnit(ctx, &eilev1.InspectUnitRequest{Inspection: inspection})
		})
	flags := cmd.Flags()
	flag.DateVar(flags, &inspection.InspectedOn, "on", "day of the inspection, `DATE`; today unless given")
	flags.StringVar(&inspection.Inspector, "inspector", "", "`NAME` of who saw the home")
	flag.IntVar(flags, &inspection.Score, "score", "`SCORE` from 0 to 100, where the standard has one")
	flag.ListVar(flags, &inspection.Hazards, "hazards", "`CODES` of the policy, parted by semicolons")
	given = flag.NewAttributes(flags)
	return cmd
}
