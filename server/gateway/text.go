package gateway

import (
	"cmp"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/words"
)

// text is the page in one language. The template asks for its exported parts.
type text struct {
	Lang   string
	Others []*text // the same page in the other languages
	book   *words.Book
}

// Say says a key that has no arguments.
func (t *text) Say(key string) string { return t.write(words.Say(key)) }

// write says a phrase, in the default language of the book where this one has no
// sentence for it.
func (t *text) write(phrase words.Phrase) string {
	said, _ := t.own(phrase)
	return cmp.Or(said, phrase.Key)
}

// own says a phrase; false: this language has no sentence for it.
func (t *text) own(phrase words.Phrase) (string, bool) {
	return t.book.Write(t.Lang, phrase.Key, phrase.Args)
}

// date names the month in the form that it has in a date.
func (t *text) date(on time.Time) string {
	return t.write(words.Say("page.date", words.Number("year", on.Year()),
		words.Term("month", strings.ToUpper(on.Month().String())), words.Number("day", on.Day())))
}

// moment is told in the zone of the time.
func (t *text) moment(at time.Time) string {
	return t.write(words.Say("page.moment", words.Text("date", t.date(at)), words.Text("clock", at.Format("15:04 MST"))))
}

// count writes n with digits in threes.
func (t *text) count(n int32) string { return t.book.Hand(t.Lang).Count(int64(n)) }
