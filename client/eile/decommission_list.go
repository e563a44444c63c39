package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// newDecommissionList prints the proposals and, below, all their homes; a file has a line for each
// home.
func newDecommissionList(s *session) *cobra.Command {
	req := &eilev1.ListDecommissionsRequest{}
	cmd := listPrinted(s, "list", "List the proposals and, for each home, how far its giving up has come", req,
		func(c *client.Client) client.List[*eilev1.ListDecommissionsRequest, *eilev1.ListDecommissionsResponse] {
			return c.Decommissions.ListDecommissions
		},
		func(answer *eilev1.ListDecommissionsResponse) error { return printDecommissions(&s.out, answer) })
	flag.EnumVar(cmd.Flags(), &req.State, "state", "only proposals in the `STATE`")
	cmd.Flags().StringVar(&req.ProposedBy, "proposed-by", "", "only what was proposed by `WHO`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "id")
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

// givenUpHomes puts the homes of all proposals into rows, with the given part of the reasons that
// stand in their way.
func givenUpHomes(out *render.Printer, answer *eilev1.ListDecommissionsResponse, part string) (columns string, rows [][]string) {
	fields := render.ReasonsBy(part, givenUpFields)
	for _, record := range answer.GetDecommissions() {
		for _, home := range record.GetHomes() {
			rows = append(rows, append([]string{record.GetId()}, out.Cells(fields, home)...))
		}
	}
	return "estate " + fields, rows
}
