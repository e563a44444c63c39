package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
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
			c, err := s.convertToronto(args[0], dir)
			if err != nil {
				return err
			}
			return s.printConversion(c)
		}),
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`DIR` to write to; made where it is not there")
	_ = cmd.MarkFlagRequired("dir")
	return cmd
}

// quirk is a kind of oddity of a file, and what is done about it.
type quirk struct {
	Kind  string `json:"kind"`
	Done  string `json:"done"`
	Count int    `json:"count"`
}

// conversion is the files that are being written, and what was odd about the one that is read.
type conversion struct {
	Units       int       `json:"units"`
	Inspections int       `json:"inspections"`
	Quirks      []*quirk  `json:"quirks"`
	Files       []written `json:"files"`

	source string
	stderr io.Writer
	faults int
	files  []*file
	rows   map[string]*csv.Writer
}

// newConversion opens the files. None takes its name before all are complete.
func (s *session) newConversion(source, dir string) (*conversion, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	c := &conversion{source: source, stderr: s.stderr, Quirks: []*quirk{}, rows: map[string]*csv.Writer{}}
	for _, name := range []string{"units.csv", "inspections.csv", "quirks.csv"} {
		f, err := newFile(filepath.Join(dir, name))
		if err != nil {
			c.drop()
			return nil, err
		}
		c.files, c.rows[name] = append(c.files, f), csv.NewWriter(f)
	}
	return c, c.rows["quirks.csv"].Write([]string{"line", "column", "found", "kind", "done"})
}

// odd notes what the file writes in an odd way.
func (c *conversion) odd(q *quirk, line int, column, found string) error {
	i := slices.IndexFunc(c.Quirks, func(known *quirk) bool { return known.Kind == q.Kind })
	if i < 0 {
		i, c.Quirks = len(c.Quirks), append(c.Quirks, &quirk{Kind: q.Kind, Done: q.Done})
	}
	c.Quirks[i].Count++
	return c.rows["quirks.csv"].Write([]string{strconv.Itoa(line), column, found, q.Kind, q.Done})
}

// fault reports what cannot be told from the file.
func (c *conversion) fault(line int, column, message string) {
	c.faults++
	fmt.Fprintln(c.stderr, faultLine(c.source, &eilev1.ImportFault{Line: int32(line), Column: column, Message: message}))
}

// keep gives the files their names, unless there was a fault.
func (c *conversion) keep() error {
	if c.faults > 0 {
		return errReported
	}
	for _, rows := range c.rows {
		rows.Flush()
		if err := rows.Error(); err != nil {
			return err
		}
	}
	for _, f := range c.files {
		if err := f.keep(); err != nil {
			return err
		}
		c.Files = append(c.Files, written{f.name, f.size})
	}
	return nil
}

// drop removes what has not taken its name.
func (c *conversion) drop() {
	for _, f := range c.files {
		f.drop()
	}
}

func (s *session) printConversion(c *conversion) error {
	if s.format == "json" {
		return s.printValue(c)
	}
	columns := columnsOf("kind count done")
	rows := make([][]string, len(c.Quirks))
	for i, q := range c.Quirks {
		rows[i] = []string{q.Kind, strconv.Itoa(q.Count), q.Done}
	}
	if s.format == "csv" {
		return s.printCSV(columns, rows)
	}
	return s.write(func(w io.Writer) error {
		if len(rows) > 0 {
			if err := writeTable(w, columns, rows); err != nil {
				return err
			}
			fmt.Fprintln(w)
		}
		_, err := fmt.Fprintf(w, "%d units, %d inspections: %s, %s\nevery quirk by line: %s\n", c.Units, c.Inspections, c.Files[0].File, c.Files[1].File, c.Files[2].File)
		return err
	})
}
