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

// A Speaker has sentences of its own for its reasons: a policy.
type Speaker interface {
	// Write says a reason in a language; false: it has no sentence for it.
	Write(lang string, reason *eilev1.Reason) (string, bool)
}

// Policies find a policy by its hash; nil: it is not known.
type Policies func(sha256 string) Speaker

// Write says a phrase in a language; a key without a sentence is its own.
func Write(lang string, phrase words.Phrase) string {
	said, _ := book.Write(lang, phrase.Key, phrase.Args)
	return cmp.Or(said, phrase.Key)
}

// Tell puts a reason into every language, as somebody is told who must be able to
// read later what it said: a decision, a refusal, a letter. What was told stays.
func Tell(reason *eilev1.Reason, policies Policies) {
	if len(reason.GetTexts()) > 0 {
		return
	}
	for _, lang := range book.Languages() {
		if said, ok := write(lang, reason, policies); ok {
			reason.Texts = append(reason.Texts, &eilev1.Text{Lang: lang, Text: said})
		}
	}
}

// Show fills in what a caller reads of a reason: its texts, and detail in the
// language asked for.
func Show(lang string, reason *eilev1.Reason, policies Policies) {
	Tell(reason, policies)
	detail := ""
	for _, text := range reason.GetTexts() {
		switch text.GetLang() {
		case lang:
			reason.Detail = text.GetText()
		case words.Default:
			detail = text.GetText()
		}
		if text.GetLang() == "lt" {
			reason.DetailLt = text.GetText()
		}
	}
	reason.Detail = cmp.Or(reason.Detail, detail)
}

func write(lang string, reason *eilev1.Reason, policies Policies) (string, bool) {
	if sha := reason.GetPolicySha256(); sha != "" && policies != nil {
		if speaker := policies(sha); speaker != nil {
			return speaker.Write(lang, reason)
		}
	}
	return book.Write(lang, words.KeyOf(reason), reason.GetArgs())
}
