package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/policy/need"
	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// needed is what need prints.
type needed struct {
	Standard string          `json:"standard"`
	Need     int             `json:"need"`
	Reasons  []render.Reason `json:"reasons"`
}

func newNeed(s *session) *cobra.Command {
	var on *date.Date
	const use = "need STANDARD MEMBERS"
	cmd := &cobra.Command{
		Use: use, Short: "Count the bedrooms, rooms or square metres that a household needs; no server", Args: exactly(use),
		Long: "Counts the bedrooms, rooms or square metres that a household needs. STANDARD is one of " + strings.Join(need.Standards(), ", ") + `.
MEMBERS are relation/sex/birth-date parted by semicolons. Relations: self partner child foster_child parent other, and
partner_of:N for the partner of member N. Sex: F M X.`,
		RunE: s.offline(func(args []string) error {
			if !slices.Contains(need.Standards(), args[0]) {
				return badUsage("there is no standard %q: use one of %s", args[0], strings.Join(need.Standards(), ", "))
			}
			today, err := flag.DayOr(on, time.Local)
			if err != nil {
				return err
			}
			members, err := table.ParseMembers(args[1], max(today, flag.LatestToday()))
			if err != nil {
				return usageError{err}
			}
			result, err := need.Of(args[0], members, today)
			if err != nil {
				return err
			}
			says := func(reason *eilev1.Reason) string { return words.Rules.Say(s.server.Language, reason, nil) }
			return printNeed(&s.out, needed{result.Standard, result.Need, render.Reasons(result.Reasons, says)})
		}),
	}
	flag.DateVar(cmd.Flags(), &on, "on", "day of the ages, `DATE`; today on this machine unless given")
	return cmd
}

// printNeed prints a line for each reason; a file has one line with all of them.
func printNeed(out *render.Printer, n needed) error {
	count := strconv.Itoa(n.Need)
	var rows [][]string
	if out.ByLine() || len(n.Reasons) == 0 {
		rows = append(rows, []string{n.Standard, count, render.Codes(n.Reasons)})
	} else {
		for _, r := range n.Reasons {
			rows = append(rows, []string{n.Standard, count, r.Detail})
		}
	}
	return out.Rows(n, "standard need reasons", rows)
}
