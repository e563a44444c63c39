package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newStats(s *session) *cobra.Command {
	req := &eilev1.GetStatsRequest{}
	cmd := &cobra.Command{
		Use: "stats", Short: "Count the list, lettings, refusals, vacancy days and flagged homes of a period", Args: exactly("stats"),
		RunE: s.online(func(ctx context.Context, c *client.Client, _ []string) error {
			if s.out.Format == render.Name {
				return badUsage("eile stats has no names to print: use another form, see eile help formats")
			}
			stats, err := c.Stats.GetStats(ctx, req)
			if err != nil {
				return err
			}
			return s.out.Rows(stats, "about figure name count", statsRows(stats))
		}),
	}
	flag.DateVar(cmd.Flags(), &req.From, "from", "first day, `DATE`; the beginning unless given")
	flag.DateVar(cmd.Flags(), &req.To, "to", "last day, `DATE`; today unless given")
	return cmd
}

// statsRows puts every figure on a line of its own: what it is about, which figure, the reason or
// status, how many. For each list and for the homes the lines reconcile: opening + came - left =
// closing.
func statsRows(stats *eilev1.GetStatsResponse) [][]string {
	var rows [][]string
	add := func(about, figure, name string, n int32) {
		rows = append(rows, []string{about, figure, name, strconv.Itoa(int(n))})
	}
	each := func(about, figure string, counts []*eilev1.Count) {
		for _, c := range counts {
			add(about, figure, c.GetName(), c.GetCount())
		}
	}
	flow := func(about string, f interface {
		GetOpening() int32
		GetCame() []*eilev1.Count
		GetLeft() []*eilev1.Count
		GetClosing() int32
	}) {
		add(about, "opening", "", f.GetOpening())
		each(about, "came", f.GetCame())
		each(about, "left", f.GetLeft())
		add(about, "closing", "", f.GetClosing())
	}
	for _, list := range stats.GetLists() {
		flow("list "+list.GetList(), list)
	}
	flow("homes", stats.GetUnits())
	each("applications", "status", stats.GetApplicationsByStatus())
	each("homes", "status", stats.GetUnitsByStatus())
	each("homes", "condition", stats.GetUnitsByCondition())
	add("lists", "waiting", "", stats.GetWaiting())
	add("period", "offers", "", stats.GetOffers())
	each("period", "refusals", stats.GetRefusals())
	add("period", "lettings", "", stats.GetLettings())
	add("period", "vacancy_days", "", stats.GetVacancyDays())
	add("homes", "flagged", "", stats.GetFlagged())
	return rows
}
