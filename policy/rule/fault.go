package rule

import "fmt"

// Fault is one thing wrong with a text, at a line and column of it that count from 1.
type Fault struct {
	Line, Column int
	What         string
}

// whole is a fault of a text as a whole.
func whole(format string, args ...any) []Fault {
	return []Fault{{1, 1, fmt.Sprintf(format, args...)}}
}
