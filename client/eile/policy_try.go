package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// tried is what a policy says of one household.
type tried struct {
	Reference   string          `json:"reference"`
	Eligibility string          `json:"eligibility"`
	Reasons     []render.Reason `json:"reasons"`
	Missing     []string        `json:"missing"`
	List        string          `json:"list"`
	Need        int32           `json:"need"`
	NeedClass   string          `json:"need_class"`
	OutOfTurn   bool            `json:"out_of_turn"`

	// list and key order the rows; a row without a key stands last.
	list int
	key  []byte
}

func newPolicyTry(s *session) *cobra.Command {
	var on *date.Date
	var seed string
	const use = "try POLICY APPLICATIONS"
	cmd := &cobra.Command{
		Use: use, Short: "Show what a policy says of each household of a file, in legal order; no server", Args: exactly(use),
		Long: `Shows what a policy says of each household of a file, in legal order: list by list, and last who has no place in an order.
POLICY is a file or the name of a shipped policy; APPLICATIONS is a CSV file as eile import applications takes it.`,
		RunE: s.offline(func(args []string) error {
			p, err := loadPolicy(args[0])
			if err != nil {
				s.report(err)
				return errReported
			}
			today, err := flag.DayOr(on, p.Location)
			if err != nil {
				return err
			}
			rows, err := s.readApplications(p, args[1], today)
			if err != nil {
				return err
			}
			return printTried(&s.out, tryAll(p.Evaluator(seed), rows, today, s.server.Language))
		}),
	}
	flag.DateVar(cmd.Flags(), &on, "on", "day of the rules, `DATE`; today in the policy's time zone unless given")
	cmd.Flags().StringVar(&seed, "seed", "", "`SEED` of the draw that orders what the rules leave equal")
	return cmd
}

// readApplications reads a file under a policy. Every fault is a line on standard error, as of an
// import.
func (s *session) readApplications(p *policy.Policy, name string, on day.Day) ([]*eilev1.Application, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	faults := 0
	fault := func(line int, column, message string) {
		faults++
		fmt.Fprintln(s.stderr, render.Fault(name, line, column, message))
	}
	var rows []*eilev1.Application
	// A day to come may be tried with who will be born or registered by then.
	today, now := day.Of(time.Now(), p.Location), time.Now()
	if on > today {
		today, now = on, on.End(p.Location)
	}
	options := table.Options{Attributes: p.Attributes(policy.ApplicationKind), Today: today, Now: now, Zone: p.Location, Lists: p.Lists}
	for row, wrong := range table.Applications(file, options) {
		if wrong != nil {
			fault(wrong.Line, wrong.Column, wrong.Message)
			continue
		}
		for _, v := range p.Validate(row.Application) {
			fault(row.Line, v.Field, p.Say(s.server.Language, v.Reason))
		}
		rows = append(rows, row.Application)
	}
	if faults > 0 {
		return nil, errReported
	}
	return rows, nil
}

// tryAll evaluates the applications and puts them in legal order: by list, by order key, by
// reference. Who has no key stands last, in the order of the file. The reasons are put into a
// language.
func tryAll(e *policy.Evaluator, applications []*eilev1.Application, on day.Day, lang string) []tried {
	says := func(reason *eilev1.Reason) string { return e.Policy().Say(lang, reason) }
	rows := []tried{}
	for _, application := range applications {
		v := e.Evaluate(application, on)
		rows = append(rows, tried{
			Reference:   application.GetReference(),
			Eligibility: spell.Name(v.Eligibility),
			Reasons:     render.Reasons(v.Reasons, says),
			Missing:     append([]string{}, v.Missing...),
			List:        v.List,
			Need:        v.Need,
			NeedClass:   v.NeedClass,
			OutOfTurn:   v.OutOfTurn,
			list:        slices.Index(e.Policy().Lists, v.List),
			key:         v.OrderKey,
		})
	}
	slices.SortStableFunc(rows, func(a, b tried) int {
		switch {
		case len(a.key) == 0 && len(b.key) == 0:
			return 0
		case len(a.key) == 0:
			return 1
		case len(b.key) == 0:
			return -1
		}
		return cmp.Or(cmp.Compare(a.list, b.list), bytes.Compare(a.key, b.key), strings.Compare(a.Reference, b.Reference))
	})
	return rows
}

func printTried(out *render.Printer, rows []tried) error {
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = []string{
			r.Reference, r.Eligibility, r.List, strconv.Itoa(int(r.Need)), r.NeedClass, strconv.FormatBool(r.OutOfTurn),
			strings.Join(r.Missing, ";"), render.Codes(r.Reasons),
		}
	}
	const columns = "reference eligibility list need need_class out_of_turn missing reasons"
	return out.Rows(map[string][]tried{"applications": rows}, columns, cells)
}
