package main

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// codeFile is the file of access codes that an import makes. It is opened before the import begins: a directory that takes no
// file is noticed while nothing is lost. A nil one keeps nothing.
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

// keep gives the file its name. Where the import made no code, a file that is there stays as it is: importing the same
// file twice must not lose the codes of the first time.
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
