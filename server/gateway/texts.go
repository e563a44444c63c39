package gateway

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/eile-housing/eile/policy/words"
)

// files are the sentences of the page, a file for each language, and those of the
// answers that programs read.
//
//go:embed *.yaml
var files embed.FS

// local is the language of who asks for none that the page has: the applicants'.
const local = "lt"

// texts are all that the gateway says.
type texts struct {
	book    *words.Book
	langs   []*text // the local one first
	matcher language.Matcher
}

// shipped are the texts of the program.
var shipped = must(readTexts(files))

// must is for files that are part of the program: a test reads them.
func must(all *texts, err error) *texts {
	if err != nil {
		panic(fmt.Sprintf("the sentences of the gateway: %v", err))
	}
	return all
}

// readTexts reads the files of a folder. The page is served in the languages that
// name themselves there, and not in one in which only the rules have sentences.
func readTexts(folder fs.FS) (*texts, error) {
	book, err := words.Read(folder)
	if err != nil {
		return nil, err
	}
	all := &texts{book: book}
	var tags []language.Tag
	for _, lang := range localFirst(book.Languages()) {
		t := &text{Lang: lang, book: book}
		if _, named := t.own(words.Say("page.language")); named {
			all.langs, tags = append(all.langs, t), append(tags, language.Make(lang))
		}
	}
	if len(all.langs) == 0 || all.langs[0].Lang != local {
		return nil, fmt.Errorf("the page has no words in its own language: give page.%s.yaml", local)
	}
	for i, t := range all.langs {
		t.Others = slices.Delete(slices.Clone(all.langs), i, i+1)
	}
	all.matcher = language.NewMatcher(tags)
	return all, nil
}

func localFirst(langs []string) []string {
	others := slices.DeleteFunc(slices.Clone(langs), func(lang string) bool { return lang == local })
	return append([]string{local}, others...)
}

// of follows ?lang=, else what the browser prefers, else the local language.
func (ts *texts) of(r *http.Request) *text {
	chosen := r.URL.Query().Get("lang")
	for _, t := range ts.langs {
		if t.Lang == chosen {
			return t
		}
	}
	_, at := language.MatchStrings(ts.matcher, r.Header.Values("Accept-Language")...)
	return ts.langs[at]
}

// everywhere says a phrase in every language, to somebody who chose none.
func (ts *texts) everywhere(phrase words.Phrase) string {
	said := make([]string, len(ts.langs))
	for i, t := range ts.langs {
		said[i] = t.write(phrase)
	}
	return strings.Join(said, " ")
}

// answer says a phrase to a program.
func (ts *texts) answer(phrase words.Phrase) string {
	said, _ := ts.book.Write(words.Default, phrase.Key, phrase.Args)
	return said
}
