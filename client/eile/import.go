package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var importView = render.View{CSV: "id rows created unchanged faults dry_run"}

func newImport(s *session) *cobra.Command {
	return group("import", "Upload a file of applications, units or inspections",
		newImportOf(s, "applications", eilev1.ImportKind_IMPORT_KIND_APPLICATIONS),
		newImportOf(s, "units", eilev1.ImportKind_IMPORT_KIND_UNITS),
		newImportOf(s, "inspections", eilev1.ImportKind_IMPORT_KIND_INSPECTIONS),
	)
}

func newImportOf(s *session, noun string, kind eilev1.ImportKind) *cobra.Command {
	header := &eilev1.ImportHeader{Kind: kind}
	var codesFile string
	use := noun + " FILE"
	cmd := &cobra.Command{
		Use: use, Short: "Upload a CSV file of " + noun + "; all or nothing unless --partial", Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			return s.importFile(ctx, c, header, args[0], codesFile)
		}),
	}
	cmd.Flags().BoolVar(&header.DryRun, "dry-run", false, "check the file and write nothing")
	cmd.Flags().BoolVar(&header.Partial, "partial", false, "write the good rows and report the others")
	if kind == eilev1.ImportKind_IMPORT_KIND_APPLICATIONS {
		cmd.Flags().StringVar(&codesFile, "codes", "", "write the access codes of the new applications to `FILE`, as CSV")
	}
	return cmd
}

// importFile uploads one file. Every fault is a line on standard error; they fail the command
// unless the good rows were asked for and there were some.
func (s *session) importFile(ctx context.Context, c *client.Client, header *eilev1.ImportHeader, name, codesFile string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	header.Size = info.Size()
	up := &uploading{s: s, name: name, bar: s.newBar("import " + name)}
	defer up.bar.end()
	if codesFile != "" && !header.GetDryRun() {
		header.Codes = true
		up.codes, err = newCodeFile(codesFile)
		if err != nil {
			return err
		}
		defer up.codes.drop()
	}
	for answer, err := range c.Import(ctx, header, file) {
		if err != nil {
			return up.failed(err)
		}
		err = up.take(answer)
		if err != nil {
			return err
		}
	}
	return up.done(header)
}

// uploading is what is known of an import while its answers come in.
type uploading struct {
	s      *session
	name   string
	bar    *bar
	codes  *codeFile
	faults int
	result *eilev1.ImportResult
}

func (u *uploading) take(answer *eilev1.ImportResponse) error {
	switch part := answer.GetPart().(type) {
	case *eilev1.ImportResponse_Progress:
		p := part.Progress
		// A row counts twice, once when it is checked and once when it is written.
		u.bar.show("import "+u.name, int64(p.GetChecked())+int64(p.GetWritten()), 2*int64(p.GetRows()))
	case *eilev1.ImportResponse_Fault:
		u.faults++
		u.bar.clear()
		fault := part.Fault
		fmt.Fprintln(u.s.stderr, render.Fault(u.name, int(fault.GetLine()), fault.GetColumn(), fault.GetMessage()))
	case *eilev1.ImportResponse_Code:
		return u.codes.add(part.Code)
	case *eilev1.ImportResponse_Result:
		u.result = part.Result
	}
	return nil
}

// failed is the end of an import that the server refused as a whole. Where it did so for the faults
// that it listed, these lines are the reason.
func (u *uploading) failed(err error) error {
	if u.faults > 0 && status.Code(err) == codes.InvalidArgument {
		return errReported
	}
	return err
}

func (u *uploading) done(header *eilev1.ImportHeader) error {
	good := u.result.GetCreated() + u.result.GetUnchanged()
	if u.result.GetFaults() > 0 && (!header.GetPartial() || good == 0) {
		if u.faults == 0 {
			return fmt.Errorf("%s: %d faults, nothing was written", u.name, u.result.GetFaults())
		}
		return errReported
	}
	err := u.codes.keep()
	if err != nil {
		return fmt.Errorf("the import is done, but the access codes could not be kept: %w; make new ones with eile application code", err)
	}
	u.bar.end()
	return printImport(&u.s.out, u.result)
}

func printImport(out *render.Printer, r *eilev1.ImportResult) error {
	if !out.ForPeople() {
		return out.Message(importView, r)
	}
	created, faults := "created", ""
	if r.GetDryRun() {
		created = "to create"
	}
	switch {
	case r.GetFaults() == 1:
		faults = ", 1 fault"
	case r.GetFaults() > 1:
		faults = fmt.Sprintf(", %d faults", r.GetFaults())
	}
	return out.Write(func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%d rows: %d %s, %d unchanged%s\n", r.GetRows(), r.GetCreated(), created, r.GetUnchanged(), faults)
		return err
	})
}

// codeFile is the file of access codes that an import makes. It is opened before the import begins:
// a directory that takes no file is noticed while nothing is lost. A nil one keeps nothing.
type codeFile struct {
	file  *file
	rows  *csv.Writer
	count int
}

func newCodeFile(name string) (*codeFile, error) {
	f, err := newFile(name)
	if err != nil {
		return nil, err
	}
	c := &codeFile{file: f, rows: csv.NewWriter(f)}
	return c, c.rows.Write([]string{"reference", "access_code"})
}

func (c *codeFile) add(code *eilev1.ImportCode) error {
	if c == nil {
		return nil
	}
	c.count++
	return c.rows.Write([]string{code.GetReference(), code.GetAccessCode()})
}

// keep gives the file its name. Where the import made no code, a file that is there stays as it is:
// importing the same file twice must not lose the codes of the first time.
func (c *codeFile) keep() error {
	if c == nil {
		return nil
	}
	_, err := os.Stat(c.file.name)
	if c.count == 0 && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	c.rows.Flush()
	if err := c.rows.Error(); err != nil {
		return err
	}
	return c.file.keep()
}

func (c *codeFile) drop() {
	if c != nil {
		c.file.drop()
	}
}
