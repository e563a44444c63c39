package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var explainView = render.View{
	Record: "run application unit outcome reason.code:reason reason.detail:detail",
	Parts:  []render.Part{{Field: "passed_over", Columns: passedOver}},
}

const passedOver = "application unit reason.code:reason instead reason.detail:detail"

func newRunExplain(s *session) *cobra.Command {
	req := &eilev1.ExplainRunRequest{}
	const use = "explain RUN"
	cmd := &cobra.Command{
		Use: use, Short: "Show why a household or a home got what it got, and who was ahead", Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			req.Id = args[0]
			why, err := c.Runs.ExplainRun(ctx, req)
			if err != nil {
				return err
			}
			if s.out.ByLine() {
				return render.List(&s.out, render.View{CSV: passedOver}, why.GetPassedOver(), why)
			}
			return s.out.Message(explainView, why)
		}),
	}
	cmd.Flags().StringVar(&req.Application, "application", "", "explain what the application `REFERENCE` got")
	cmd.Flags().StringVar(&req.Unit, "unit", "", "explain who got the home `REFERENCE`")
	cmd.MarkFlagsOneRequired("application", "unit")
	cmd.MarkFlagsMutuallyExclusive("application", "unit")
	return cmd
}
