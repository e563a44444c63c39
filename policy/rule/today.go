package rule

import "github.com/eile-housing/eile/policy/day"

// Today is the day of the rules. Next is the earliest date after it at which what was read of today
// would read differently; 0: none. Every road from today into an answer passes through Note, so
// until that date the same expressions take the same branches and give the same answer.
type Today struct{ On, Next day.Day }

// Note says that something would read differently on a day; one that is not to come changes
// nothing.
func (t *Today) Note(at day.Day) {
	if at > t.On && (t.Next == 0 || at < t.Next) {
		t.Next = at
	}
}

// newYear notes the next 1 January.
func (t *Today) newYear() {
	first, _ := day.New(min(t.On.Year()+1, 9999), 1, 1) // every year has it
	t.Note(first)
}

// Span is the days on which something holds; 0 is open.
type Span struct{ From, Until day.Day }

// Holds says whether the span covers today, and notes when that changes.
func (s Span) Holds(t *Today) bool {
	if s.From != 0 && t.On < s.From {
		t.Note(s.From)
		return false
	}
	if s.Until == 0 {
		return true
	}
	t.Note(s.Until + 1)
	return t.On <= s.Until
}
