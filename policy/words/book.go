package words

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// own are the sentences of the rules that no policy words itself, and how each
// language writes figures.
//
//go:embed *.yaml
var own embed.FS

// Default is the language of who asks for none.
const Default = "en"

// Book is the sentences of some keys in each language. It is for many goroutines.
type Book struct {
	bundle  *i18n.Bundle
	langs   []string // Default first, then by name
	tongues map[string]*tongue
	matcher language.Matcher
}

// tongue is what a book knows of one language.
type tongue struct {
	sentences *i18n.Localizer
	hand      Hand
}

// Read reads the files LANG.yaml and NAME.LANG.yaml of folders into one book, on
// top of the sentences of the rules; an error names the file.
func Read(folders ...fs.FS) (*Book, error) {
	b := &Book{bundle: i18n.NewBundle(language.English), tongues: map[string]*tongue{}}
	b.bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	for _, folder := range append([]fs.FS{own}, folders...) {
		files, err := fs.Glob(folder, "*.yaml")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if _, err := b.bundle.LoadMessageFileFS(folder, file); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	if err := b.speak(); err != nil {
		return nil, err
	}
	return b, nil
}

// speak readies the languages of the files that were read. One that does not say how
// it writes figures would write them as the default one does.
func (b *Book) speak() error {
	var tags []language.Tag
	for _, tag := range b.bundle.LanguageTags() {
		b.langs = append(b.langs, tag.String())
	}
	slices.SortFunc(b.langs, func(a, c string) int {
		if a == Default || c == Default {
			return strings.Compare(strconv.FormatBool(c == Default), strconv.FormatBool(a == Default))
		}
		return strings.Compare(a, c)
	})
	for _, lang := range b.langs {
		b.tongues[lang] = &tongue{sentences: i18n.NewLocalizer(b.bundle, lang, Default)}
		var lacks []string
		b.tongues[lang].hand = newHand(lang, func(key string) string {
			said, ok := b.Write(lang, key, nil)
			if !ok {
				lacks = append(lacks, key)
			}
			return said
		})
		if len(lacks) > 0 {
			return fmt.Errorf("the language %s does not say how it writes figures: give %s in a file of its own", lang, strings.Join(lacks, ", "))
		}
		tags = append(tags, language.Make(lang))
	}
	b.matcher = language.NewMatcher(tags)
	return nil
}

// Languages are the tags of the languages, the default one first.
func (b *Book) Languages() []string { return b.langs }

// Match is the language of this book that suits best who accepts these, in the
// form of Accept-Language; the default one where none does.
func (b *Book) Match(accepts string) string {
	wanted, _, err := language.ParseAcceptLanguage(accepts)
	if err != nil || len(wanted) == 0 {
		return Default
	}
	_, at, _ := b.matcher.Match(wanted...)
	return b.langs[at]
}

// Hand is how a language of Languages writes figures.
func (b *Book) Hand(lang string) Hand { return b.tongue(lang).hand }

func (b *Book) tongue(lang string) *tongue {
	if speaks, ok := b.tongues[lang]; ok {
		return speaks
	}
	return b.tongues[Default]
}

// Write says a key in a language of Languages; false: the language has no sentence
// for it, and what is said, if anything, is in the default one.
func (b *Book) Write(lang, key string, args []*eilev1.Argument) (string, bool) {
	return b.write(lang, key, args, nil)
}

// write says a key. A language that lacks the sentence of a reason which stands in
// this one has no sentence for the key either.
func (b *Book) write(lang, key string, args []*eilev1.Argument, policies Policies) (string, bool) {
	speaks, lacks := b.tongue(lang), false
	say := func(reason *eilev1.Reason) string {
		said, ok := b.Sentence(lang, reason, policies)
		lacks = lacks || !ok && lang != Default
		return said
	}
	data := make(map[string]any, len(args))
	config := i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	for _, arg := range args {
		name := arg.GetName()
		if reason := arg.GetReason(); reason != nil {
			under, _ := data[name].(*behind)
			if under == nil {
				under = &behind{say: say}
			}
			under.reasons = append(under.reasons, reason)
			data[name] = under
			continue
		}
		data[name] = b.value(lang, speaks, arg)
		if name == "count" {
			config.PluralCount = int(arg.GetNumber())
		}
	}
	said, err := speaks.sentences.Localize(&config)
	return said, err == nil && !lacks
}

// Term is the word of a language for a code; the code where it has none.
func (b *Book) Term(lang, code string) string {
	if word, ok := b.Write(lang, "term."+code, nil); ok {
		return word
	}
	return code
}

// value is an argument as a sentence writes it. Numbers and truths stay what they
// are, so that a sentence can ask for them.
func (b *Book) value(lang string, speaks *tongue, arg *eilev1.Argument) any {
	switch v := arg.GetValue().(type) {
	case *eilev1.Argument_Text:
		return v.Text
	case *eilev1.Argument_Term:
		return b.Term(lang, v.Term)
	case *eilev1.Argument_Number:
		return v.Number
	case *eilev1.Argument_Truth:
		return v.Truth
	case *eilev1.Argument_Items:
		return strings.Join(v.Items.GetItems(), ", ")
	}
	return speaks.hand.Figure(arg)
}
