// Package filter tells which records a list request asks for.
//
// It promises that a request without filters asks for every record, that filters
// are joined by "and", and that a filter of a fact passes over records whose fact
// is not known. It reads the record alone: no register, no clock.
//
// The package imports proto, policy/day, policy/words and server/form.
package filter

import (
	"strings"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/form"
)

// is tells whether a value is the one that is asked for; the zero value asks for
// all.
func is[T comparable](asked, value T) bool {
	var all T
	return asked == all || asked == value
}

// either tells whether something is as it is asked for; unset asks for both.
func either(asked *bool, value bool) bool { return asked == nil || *asked == value }

// Span is days from a first to a last one; each may be open.
type Span struct {
	from, until day.Day
	bounded     bool
}

// NewSpan reads the days that a request names in two of its fields.
func NewSpan(fromField string, from *date.Date, untilField string, until *date.Date) (Span, error) {
	first, err := form.Day(fromField, from, 0)
	if err != nil {
		return Span{}, err
	}
	last, err := form.Day(untilField, until, 1<<30)
	if err == nil && from != nil && last < first {
		err = form.Wrong(untilField, words.Reason("ENDS_EARLIER", words.Text("last", last.String()), words.Text("first", first.String())))
	}
	if from == nil {
		first = -1 << 30
	}
	return Span{from: first, until: last, bounded: from != nil || until != nil}, err
}

// has tells whether a day lies in the span; one that is not known lies in an open
// one only.
func (s Span) has(on day.Day, known bool) bool {
	return !s.bounded || known && s.from <= on && on <= s.until
}

// Action tells whether an action of the audit is asked for: itself, or all of its
// noun.
func Action(asked, action string) bool {
	return asked == "" || action == asked || strings.HasPrefix(action, asked+".")
}
