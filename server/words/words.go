package words

import (
	"cmp"
	"embed"
	"fmt"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

//go:embed *.yaml
var files embed.FS

var book = must(words.Read(files))

// must is for files that are part of the program: a test reads them.
func must(book *words.Book, err error) *words.Book {
	if err != nil {
		panic(fmt.Sprintf("the sentences of the service: %v", err))
	}
	return book
}

// Languages are those in which the service speaks, the default one first.
func Languages() []string { return book.Languages() }

// Match is the language that suits best who accepts these, in the form of
// Accept-Language.
func Match(accepts string) string { return book.Match(accepts) }

// Write says a phrase in a language; a key without a sentence is its own.
func Write(lang string, phrase words.Phrase) string {
	said, _ := book.Write(lang, phrase.Key, phrase.Args)
	return cmp.Or(said, phrase.Key)
}

// Note is a phrase as a record keeps it that has room for one text: in the default
// language.
func Note(phrase words.Phrase) string { return Write(words.Default, phrase) }

// Sentence is a reason in a language; its code where there is no sentence for it.
func Sentence(lang string, reason *eilev1.Reason, policies words.Policies) string {
	said, _ := book.Sentence(lang, reason, policies)
	return cmp.Or(said, reason.GetCode())
}

// Tell puts a reason into every language, as somebody is told who must be able to
// read later what it said: a decision, a refusal, a letter. What was told stays.
func Tell(reason *eilev1.Reason, policies words.Policies) { book.Tell(reason, policies) }

// Show fills in what a caller reads of a reason: its texts, and detail in the
// language asked for.
func Show(lang string, reason *eilev1.Reason, policies words.Policies) {
	book.Show(lang, reason, policies)
}
