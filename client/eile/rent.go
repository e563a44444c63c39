package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"

	"github.com/spf13/cobra"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var adviceView = render.View{
	Record: "on policy waiting vacancies matched spent_cents additional",
	Parts: []render.Part{
		{Field: "gains", Columns: gainFields},
		{Field: "purchases", Columns: purchaseFields},
	},
}

const (
	gainFields = `kind.name:kind kind.rent_cents:rent_cents additional senior_list senior_position rent_cents_per_household:rent_cents_each
	kind.district:district kind.rooms:rooms kind.area_sqm:area_sqm kind.adapted:adapted`
	purchaseFields = "number kind rent_cents additional senior_list senior_position spent_cents"
)

var (
	gainView     = render.View{Table: gainFields, CSV: gainFields}
	purchaseView = render.View{Table: purchaseFields, CSV: purchaseFields, Name: "kind"}
)

func newRent(s *session) *cobra.Command {
	return group("rent", "Advise what to rent next", newRentAdvise(s))
}

func newRentAdvise(s *session) *cobra.Command {
	req := &eilev1.AdviseRentRequest{}
	var kinds string
	cmd := &cobra.Command{
		Use: "advise", Short: "Show which kinds of home would house the most, or the most senior, for the rent", Args: exactly("advise"),
		RunE: s.online(func(ctx context.Context, c *client.Client, _ []string) error {
			file := &kindFile{name: kinds}
			if kinds != "" {
				if err := file.read(s.stderr); err != nil {
					return err
				}
				req.Kinds = file.kinds
			}
			advice, err := c.Leases.AdviseRent(ctx, req)
			if err != nil {
				return file.explain(s.stderr, err)
			}
			if !s.out.ByLine() {
				return s.out.Message(adviceView, advice)
			}
			if req.BudgetCents != nil {
				return render.List(&s.out, purchaseView, advice.GetPurchases(), advice)
			}
			return render.List(&s.out, gainView, advice.GetGains(), advice)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&kinds, "kinds", "", "CSV `FILE` of the kinds that could be rented")
	flag.CentsVar(flags, &req.BudgetCents, "budget", "`CENTS` a month to spend on a shopping list")
	flag.EnumVar(flags, &req.Goal, "goal", "`GOAL` of renting, most-households unless given")
	flag.DateVar(flags, &req.On, "on", "day of the rules, `DATE`; today unless given")
	return cmd
}

// kindFile is a file of kinds and the lines on which they stand.
type kindFile struct {
	name  string
	kinds []*eilev1.RentKind
	lines []int
}

// maxKindFile is the largest file that is read, in bytes: it holds a hundred kinds at most.
const maxKindFile = 1 << 20

func (f *kindFile) read(faults io.Writer) error {
	open, err := os.Open(f.name)
	if err != nil {
		return err
	}
	defer func() { _ = open.Close() }()
	data, err := io.ReadAll(io.LimitReader(open, maxKindFile+1))
	if err != nil {
		return err
	}
	if len(data) > maxKindFile {
		return fmt.Errorf("%s: it is larger than %d bytes: a file of kinds holds a hundred rows at most", f.name, maxKindFile)
	}
	bad := false
	for row, fault := range table.Kinds(data) {
		if fault != nil {
			bad = true
			fmt.Fprintln(faults, render.Fault(f.name, fault.Line, fault.Column, fault.Message))
			continue
		}
		f.kinds, f.lines = append(f.kinds, row.Kind), append(f.lines, row.Line)
	}
	switch {
	case bad:
		return errReported
	case len(f.kinds) == 0:
		return fmt.Errorf("%s: there is no kind in it", f.name)
	}
	return nil
}

// kindField is a field of a request that came from a line of the file.
var kindField = regexp.MustCompile(`^kinds\[(\d+)\]\.?(?:attributes(?:\.|\["))?([^"]*)`)

// explain tells the faults that the server found of a kind by line and column; another error stays
// as it is.
func (f *kindFile) explain(faults io.Writer, err error) error {
	var lines []string
	for _, detail := range status.Convert(err).Details() {
		bad, ok := detail.(*errdetails.BadRequest)
		if !ok {
			continue
		}
		for _, violation := range bad.GetFieldViolations() {
			found := kindField.FindStringSubmatch(violation.GetField())
			if found == nil {
				return err
			}
			at, parseErr := strconv.Atoi(found[1])
			if parseErr != nil || at >= len(f.lines) {
				return err
			}
			column := found[2]
			if column == "name" {
				column = "kind"
			}
			lines = append(lines, render.Fault(f.name, f.lines[at], column, violation.GetDescription()))
		}
	}
	if len(lines) == 0 {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(faults, line)
	}
	return errReported
}
