package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newUnitInspect(s *session) *cobra.Command {
	inspection := &eilev1.Inspection{}
	var given attributes
	cmd := s.ask("inspect REFERENCE", "Record an inspection and assess the home", unitView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			inspection.Unit = args[0]
			inspection.Attributes = given.facts()
			if inspection.GetInspectedOn() == nil {
				inspection.InspectedOn = today()
			}
			return c.Units.InspectUnit(ctx, &eilev1.InspectUnitRequest{Inspection: inspection})
		})
	flags := cmd.Flags()
	dateVar(flags, &inspection.InspectedOn, "on", "day of the inspection, `DATE`; today unless given")
	flags.StringVar(&inspection.Inspector, "inspector", "", "`NAME` of who saw the home")
	intVar(flags, &inspection.Score, "score", "`SCORE` from 0 to 100, where the standard has one")
	flags.Var(&value{kind: "list", read: func(text string) error {
		inspection.Hazards = semicolons(text)
		return nil
	}}, "hazards", "`CODES` of the policy, parted by semicolons")
	given = attributesVar(flags)
	return cmd
}

// today is the date where the caller sits.
func today() *date.Date {
	now := time.Now()
	return &date.Date{Year: int32(now.Year()), Month: int32(now.Month()), Day: int32(now.Day())}
}
