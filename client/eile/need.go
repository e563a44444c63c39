package main

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/need"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// needed is what need prints.
type needed struct {
	Standard string   `json:"standard"`
	Need     int      `json:"need"`
	Reasons  []reason `json:"reasons"`
}

// reason is one answer to why, as the offline commands print it.
type reason struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func reasonsOf(given []*eilev1.Reason) []reason {
	reasons := []reason{}
	for _, r := range given {
		reasons = append(reasons, reason{r.GetCode(), r.GetDetail()})
	}
	return reasons
}

func codesOf(reasons []reason) string {
	var codes []string
	for _, r := range reasons {
		codes = append(codes, r.Code)
	}
	return strings.Join(codes, ";")
}

func newNeed(s *session) *cobra.Command {
	var on *date.Date
	const use = "need STANDARD MEMBERS"
	cmd := &cobra.Command{
		Use: use, Short: "Count the bedrooms, rooms or square metres that a household needs; no server", Args: exactly(use),
		Long: "Counts the bedrooms, rooms or square metres that a household needs. STANDARD is one of " + strings.Join(need.Standards(), ", ") + `.
MEMBERS are relation/sex/birth-date parted by semicolons. Relations: self partner child foster_child parent other, and
partner_of:N for the partner of member N. Sex: F M X.`,
		Example: "  eile need uk-bedroom-standard 'self/F/1985-02-03;partner/M/1984-01-01;child/M/2015-05-05'",
		RunE: s.offline(func(args []string) error {
			if !slices.Contains(need.Standards(), args[0]) {
				return badUsage("there is no standard %q: use one of %s", args[0], strings.Join(need.Standards(), ", "))
			}
			today, err := dayOr(on, time.Local)
			if err != nil {
				return err
			}
			members, err := parseMembers(args[1], max(today, day.Of(time.Now(), time.Local)))
			if err != nil {
				return usageError{err}
			}
			result, err := need.Of(args[0], members, today)
			if err != nil {
				return err
			}
			return s.printNeed(needed{result.Standard, result.Need, reasonsOf(result.Reasons)})
		}),
	}
	dateVar(cmd.Flags(), &on, "on", "day of the ages, `DATE`; today unless given")
	return cmd
}

// dayOr is the day that was given, or else today where loc is.
func dayOr(on *date.Date, loc *time.Location) (day.Day, error) {
	given, ok, err := day.FromProto(on)
	if err == nil && !ok {
		given = day.Of(time.Now(), loc)
	}
	return given, err
}

func (s *session) printNeed(n needed) error {
	columns := columnsOf("standard need reasons")
	switch s.format {
	case "json":
		return s.printValue(n)
	case "csv":
		return s.printCSV(columns, [][]string{{n.Standard, strconv.Itoa(n.Need), codesOf(n.Reasons)}})
	default:
		return s.write(func(w io.Writer) error {
			var rows [][]string
			for _, r := range n.Reasons {
				rows = append(rows, []string{n.Standard, strconv.Itoa(n.Need), r.Detail})
			}
			if len(rows) == 0 {
				rows = [][]string{{n.Standard, strconv.Itoa(n.Need), ""}}
			}
			return writeTable(w, columns, rows)
		})
	}
}
