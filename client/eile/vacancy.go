package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var vacancyView = view{
	table: "unit district days_empty vacancy.empty_since:empty_since vacancy.reason:vacant_by vacancy.since:since state reasons.detail:why",
	csv:   "unit district days_empty vacancy.empty_since:empty_since vacancy.reason:vacant_by vacancy.detail:detail vacancy.since:since state reasons.code:why former_tenancy",
}

// newUnitVacant reports what stands empty, the longest first.
func newUnitVacant(s *session) *cobra.Command {
	req := &eilev1.ListVacanciesRequest{}
	cmd := listCommand(s, "vacant", "List the vacant homes, the longest empty first, and what each waits for", vacancyView,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.VacantHome, error] {
			req.PageSize = pageSize
			return c.AllVacancies(ctx, req)
		},
		func(items []*eilev1.VacantHome) proto.Message {
			return &eilev1.ListVacanciesResponse{Homes: items}
		})
	enumVar(cmd.Flags(), &req.State, "state", "only those in the `STATE`")
	return cmd
}
