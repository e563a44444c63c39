package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/client/toronto"
	"github.com/eile-housing/eile/policy"
)

func newConvert(s *session) *cobra.Command {
	return group("convert", "Turn files of other registers into files to import; no server", newConvertToronto(s))
}

func newConvertToronto(s *session) *cobra.Command {
	var dir string
	const use = "toronto-rentsafe FILE"
	cmd := &cobra.Command{
		Use: use, Short: "Turn the building evaluations of the City of Toronto into units.csv and inspections.csv", Args: exactly(use),
		Long: `Turns the city's file of RentSafeTO evaluations into units.csv and inspections.csv for the policy toronto-rentsafe: a building is a
home, an evaluation an inspection. Nothing is guessed: what the file writes in an odd way stands in quirks.csv, by line, with what was
done about it, and what cannot be told is a line on standard error; then nothing is written. docs/standards.md has the mapping.`,
		RunE: s.offline(func(args []string) error {
			c, err := convertToronto(args[0], dir, s.stderr)
			if err != nil {
				return err
			}
			return printConversion(&s.out, c)
		}),
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`DIR` to write to; made where it is not there")
	_ = cmd.MarkFlagRequired("dir")
	return cmd
}

// converted is what convert prints.
type converted struct {
	Units       int             `json:"units"`
	Inspections int             `json:"inspections"`
	Quirks      []toronto.Quirk `json:"quirks"`
	Files       []written       `json:"files"`
}

// convertToronto reads the city's file and writes the others. Every fault is a line of
// faulty, and then there are none.
func convertToronto(name, dir string, faulty io.Writer) (*converted, error) {
	source, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = source.Close() }()
	text, _ := policy.ShippedSource(toronto.Policy)
	p, err := policy.Load(toronto.Policy, text)
	if err != nil {
		return nil, err
	}
	files, err := newTables(dir, toronto.UnitsFile, toronto.InspectionsFile, toronto.QuirksFile)
	defer files.drop()
	if err != nil {
		return nil, err
	}
	faults := 0
	c := toronto.New(p.Attributes(policy.UnitKind), p.Attributes(policy.InspectionKind))
	for row, fault := range c.Rows(source) {
		if fault != nil {
			faults++
			fmt.Fprintln(faulty, render.Fault(name, fault.Line, fault.Column, fault.Message))
			continue
		}
		if err := files.rows[row.File].Write(row.Cells); err != nil {
			return nil, err
		}
	}
	if faults > 0 {
		return nil, errReported
	}
	done, err := files.keep()
	return &converted{c.Units, c.Inspections, c.Quirks, done}, err
}

// tables are CSV files of one directory that are complete together.
type tables struct {
	files []*file
	rows  map[string]*csv.Writer // by name
}

// newTables opens the files. None takes its name before all are complete.
func newTables(dir string, names ...string) (*tables, error) {
	t := &tables{rows: map[string]*csv.Writer{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return t, err
	}
	for _, name := range names {
		f, err := newFile(filepath.Join(dir, name))
		if err != nil {
			return t, err
		}
		t.files, t.rows[name] = append(t.files, f), csv.NewWriter(f)
	}
	return t, nil
}

// keep gives the files their names.
func (t *tables) keep() ([]written, error) {
	for _, rows := range t.rows {
		rows.Flush()
		if err := rows.Error(); err != nil {
			return nil, err
		}
	}
	return keepAll(t.files)
}

// drop removes what has not taken its name.
func (t *tables) drop() {
	for _, f := range t.files {
		f.drop()
	}
}

func printConversion(out *render.Printer, c *converted) error {
	rows := make([][]string, len(c.Quirks))
	for i, q := range c.Quirks {
		rows[i] = []string{q.Kind, strconv.Itoa(q.Count), q.Done}
	}
	const columns = "kind count done"
	if !out.ForPeople() {
		return out.Rows(c, columns, rows)
	}
	return out.Write(func(w io.Writer) error {
		if len(rows) > 0 {
			if err := out.WriteTable(w, columns, rows); err != nil {
				return err
			}
			fmt.Fprintln(w)
		}
		_, err := fmt.Fprintf(w, "%d units, %d inspections: %s, %s\nevery quirk by line: %s\n",
			c.Units, c.Inspections, c.Files[0].File, c.Files[1].File, c.Files[2].File)
		return err
	})
}
