package table

import (
	"strconv"
)

// Fault is what is wrong with one cell, row or file.
type Fault struct {
	// Line of the file, from 1, on which the row begins.
	Line int
	// Column by name; empty: the whole row or file.
	Column string
	// Message says what is wrong and what to do. It holds no personal data.
	Message string
	// Fatal: the file as a whole cannot be used, whatever the other rows say. A partial import must
	// refuse it too.
	Fatal bool
	// Err is the error of the reader, where reading failed.
	Err error
}

// Error returns "LINE: column: message", or "LINE: message" for a whole row.
func (f *Fault) Error() string {
	s := strconv.Itoa(f.Line) + ": "
	if f.Column != "" {
		s += f.Column + ": "
	}
	return s + f.Message
}

// Unwrap returns the error of the reader.
func (f *Fault) Unwrap() error { return f.Err }
