package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// newDecommissionList prints the proposals and, below, all their homes; a file has a line for each home.
func newDecommissionList(s *session) *cobra.Command {
	req := &eilev1.ListDecommissionsRequest{}
	var limit int32
	cmd := &cobra.Command{
		Use: "list", Short: "List the proposals and, for each home, how far its giving up has come", Args: exactly("list"),
		RunE: s.online(func(ctx context.Context, c *client.Client, _ []string) error {
			req.PageSize = min(limit, maxPage)
			var answer *eilev1.ListDecommissionsResponse
			read := func() (proto.Message, error) {
				records, err := gather(c.AllDecommissions(ctx, req), limit)
				answer = &eilev1.ListDecommissionsResponse{Decommissions: records}
				return answer, err
			}
			return s.show(ctx, read, func(proto.Message) error { return printDecommissions(&s.out, answer) })
		}),
	}
	flag.CountVar(cmd.Flags(), &limit, "limit", "stop after `N` proposals; all unless given")
	s.watchVar(cmd)
	flag.EnumVar(cmd.Flags(), &req.State, "state", "only proposals in the `STATE`")
	return cmd
}

func printDecommissions(out *render.Printer, answer *eilev1.ListDecommissionsResponse) error {
	switch {
	case out.Format == render.Name:
		return render.List(out, decommissionView, answer.GetDecommissions(), answer)
	case !out.ForPeople():
		columns, homes := givenUpHomes(out, answer, "code")
		return out.Rows(answer, columns, homes)
	}
	var proposals [][]string
	for _, record := range answer.GetDecommissions() {
		proposals = append(proposals, out.Cells(decommissionView.Table, record))
	}
	columns, homes := givenUpHomes(out, answer, "detail")
	return out.Write(func(w io.Writer) error {
		err := out.WriteTable(w, decommissionView.Table, proposals)
		if err != nil || len(homes) == 0 {
			return err
		}
		_, _ = io.WriteString(w, "\n")
		return out.WriteTable(w, columns, homes)
	})
}

// givenUpHomes puts the homes of all proposals into rows, with the given part of the reasons that stand in their way.
func givenUpHomes(out *render.Printer, answer *eilev1.ListDecommissionsResponse, part string) (columns string, rows [][]string) {
	fields := render.ReasonsBy(part, givenUpFields)
	for _, record := range answer.GetDecommissions() {
		for _, home := range record.GetHomes() {
			rows = append(rows, append([]string{record.GetId()}, out.Cells(fields, home)...))
		}
	}
	return "estate " + fields, rows
}
