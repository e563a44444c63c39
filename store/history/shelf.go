package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/eile-housing/eile/store/history/layer"
)

// shelf is where layers lie, named by their moments: a folder, or memory.
type shelf struct {
	folder string

	mu     sync.Mutex
	memory map[int64][]byte // without a folder
}

const (
	ending    = ".past"
	beginning = ".new-" // of a file that is being written
)

// openShelf makes a folder if there is none and removes what was being written
// there; without a folder the shelf is in memory.
func openShelf(folder string) (*shelf, error) {
	s := &shelf{folder: folder, memory: map[int64][]byte{}}
	if folder == "" {
		return s, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("folder of the history: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(folder, beginning+"*"))
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return s, err
}

func (s *shelf) path(at time.Time) string {
	return filepath.Join(s.folder, fmt.Sprintf("%016x%s", layer.Micro(at), ending))
}

// moments are those of all layers.
func (s *shelf) moments() (all []time.Time, err error) {
	if s.folder == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		for at := range s.memory {
			all = append(all, layer.Moment(at))
		}
		return all, nil
	}
	files, err := os.ReadDir(s.folder)
	if err != nil {
		return nil, fmt.Errorf("folder of the history: %w", err)
	}
	for _, file := range files {
		digits, ours := strings.CutSuffix(file.Name(), ending)
		if at, err := strconv.ParseInt(digits, 16, 64); ours && err == nil {
			all = append(all, layer.Moment(at))
		}
	}
	return all, nil
}

// content is what lies on a shelf under a moment, to be closed.
type content struct {
	io.ReaderAt
	size int64
	io.Closer
}

func (s *shelf) open(at time.Time) (content, error) {
	if s.folder == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		held, ok := s.memory[layer.Micro(at)]
		if !ok {
			return content{}, os.ErrNotExist
		}
		return content{bytes.NewReader(held), int64(len(held)), io.NopCloser(nil)}, nil
	}
	file, err := os.Open(s.path(at))
	if err != nil {
		return content{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return content{}, errors.Join(err, file.Close())
	}
	return content{file, info.Size(), file}, nil
}

func (s *shelf) remove(at time.Time) error {
	if s.folder == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.memory, layer.Micro(at))
		return nil
	}
	if err := os.Remove(s.path(at)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// draft is a layer that is being written: kept, or thrown away.
type draft struct {
	shelf  *shelf
	file   *os.File
	buffer *bufio.Writer
	memory bytes.Buffer
}

func (s *shelf) draft() (*draft, error) {
	d := &draft{shelf: s}
	if s.folder == "" {
		return d, nil
	}
	file, err := os.CreateTemp(s.folder, beginning+"*")
	if err != nil {
		return nil, fmt.Errorf("folder of the history: %w", err)
	}
	d.file, d.buffer = file, bufio.NewWriterSize(file, 1<<16)
	return d, nil
}

func (d *draft) Write(some []byte) (int, error) {
	if d.file == nil {
		return d.memory.Write(some)
	}
	return d.buffer.Write(some)
}

// read ends the writing, once; what was written can be read until the draft is kept or
// thrown away.
func (d *draft) read() (io.ReaderAt, error) {
	if d.file == nil {
		return bytes.NewReader(d.memory.Bytes()), nil
	}
	err := d.buffer.Flush()
	d.buffer = nil
	return d.file, err
}

// keep puts what was written on the shelf, durably, so that it is there whole or
// not at all.
func (d *draft) keep(at time.Time) error {
	if d.file == nil {
		d.shelf.mu.Lock()
		defer d.shelf.mu.Unlock()
		d.shelf.memory[layer.Micro(at)] = d.memory.Bytes()
		return nil
	}
	err := errors.Join(d.file.Chmod(0o600), d.file.Sync(), d.file.Close())
	if err == nil {
		err = os.Rename(d.file.Name(), d.shelf.path(at))
	}
	if err == nil {
		err = syncFolder(d.shelf.folder)
	}
	return err
}

// discard throws a draft away that was not kept.
func (d *draft) discard() {
	if d == nil || d.file == nil {
		return
	}
	_ = d.file.Close() // it may be closed, and what is left is removed when the folder is opened
	_ = os.Remove(d.file.Name())
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
