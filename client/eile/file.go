package main

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/eile-housing/eile/client/render"
)

// file is written beside its name and takes the name when it is complete, so that nobody ever reads
// half of it. Only the owner may read it: these files hold access codes, health data or the whole
// register.
type file struct {
	*os.File
	name string
	size int64
}

func newFile(name string) (*file, error) {
	// CreateTemp makes the file with mode 0600.
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".part-*")
	if err != nil {
		return nil, err
	}
	return &file{File: f, name: name}, nil
}

func (f *file) Write(data []byte) (int, error) {
	n, err := f.File.Write(data)
	f.size += int64(n)
	return n, err
}

// keep makes the file durable and gives it its name; whatever had the name is gone.
func (f *file) keep() error {
	err := f.Sync()
	if err != nil {
		return err
	}
	err = f.Close()
	if err != nil {
		return err
	}
	err = os.Rename(f.Name(), f.name)
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(f.name))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	return dir.Sync()
}

// drop removes the file; after keep it does nothing.
func (f *file) drop() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// written is a file that a command has made.
type written struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
}

// keepAll gives files their names, and answers what was written.
func keepAll(files []*file) ([]written, error) {
	var done []written
	for _, f := range files {
		err := f.keep()
		if err != nil {
			return nil, err
		}
		done = append(done, written{f.name, f.size})
	}
	return done, nil
}

// printFiles tells what was written where.
func printFiles(out *render.Printer, files []written) error {
	var rows [][]string
	for _, f := range files {
		rows = append(rows, []string{f.File, strconv.FormatInt(f.Bytes, 10)})
	}
	return out.Rows(map[string][]written{"files": files}, "file bytes", rows)
}
