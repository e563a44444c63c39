package table

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Clean refuses what no text may hold that is typed or stands in a cell, other than an address:
// bytes that are not UTF-8, control characters and line breaks.
func Clean(s string) error { return clean(s, false) }

// clean refuses what no cell may hold: bytes that are not UTF-8, and control characters. The place
// is counted in bytes from 1. Line breaks are allowed in an address only; encoding/csv has made
// CRLF a single LF.
func clean(s string, lineBreaks bool) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return cleanFrom(s, i, lineBreaks)
		}
	}
	return nil
}

// cleanFrom goes on where the first character stands that is not printable ASCII.
func cleanFrom(s string, from int, lineBreaks bool) error {
	for i := from; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return fmt.Errorf("byte %d of the cell is not UTF-8: save the file as UTF-8", i+1)
		case r == '\n' && lineBreaks:
		case r == '\n' || r == '\r':
			return fmt.Errorf("byte %d of the cell is a line break, which cannot stand here: remove it", i+1)
		case unicode.IsControl(r):
			return fmt.Errorf("byte %d of the cell is the control character U+%04X: remove it", i+1, r)
		}
		i += size
	}
	return nil
}

// shorten cuts a text that is shown as it stands.
func shorten(s string) string {
	const most = 64
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// edits counts the insertions, deletions and replacements of bytes that make a from b, for short
// names only: a long one is far from every column.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var above, row [65]int
	for j := range b {
		above[j+1] = j + 1
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			d := above[j]
			if a[i] != b[j] {
				d++
			}
			row[j+1] = min(d, above[j+1]+1, row[j]+1)
		}
		above = row
	}
	return above[len(b)]
}
