package main

import (
	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var auditView = render.View{
	Table: "at actor action subjects status_from:from status_to:to decision reason values",
	CSV:   "id at actor action subjects reason decision status_from status_to revision values erased",
}

const actionUsage = "only entries of the `ACTION`, such as application.amend, or of a noun with all of its actions"

func newAudit(s *session) *cobra.Command {
	req := &eilev1.ListAuditEntriesRequest{}
	list := listCommand(s, "list", "List the entries of the audit in order of time", auditView, req,
		func(c *client.Client) client.List[*eilev1.ListAuditEntriesRequest, *eilev1.ListAuditEntriesResponse] {
			return c.Audit.ListAuditEntries
		}, (*eilev1.ListAuditEntriesResponse).GetEntries)
	flags := list.Flags()
	flags.StringVar(&req.Actor, "by", "", "only what was done by `WHO`")
	flags.StringVar(&req.Action, "action", "", actionUsage)
	flags.StringVar(&req.Subject, "subject", "", "only entries about the `REFERENCE`")
	flag.MomentVar(flags, &req.From, &req.FromDate, "from", "first moment, `TIME`, RFC 3339, or first day, a date in the policy's time zone")
	flag.MomentVar(flags, &req.Until, &req.UntilDate, "to", "`TIME` before which the last entry lies, RFC 3339, or last day, a date in the policy's time zone")
	flag.OrderVar(flags, &req.OrderBy, "at")
	return group("audit", "List who did what, when and why", list)
}
