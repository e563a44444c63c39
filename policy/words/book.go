package words

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Default is the language of who asks for none.
const Default = "en"

// Book is the sentences of some keys in each language. It is for many goroutines.
type Book struct {
	bundle   *i18n.Bundle
	langs    []string // Default first, then by name
	speakers map[string]*i18n.Localizer
	matcher  language.Matcher
}

// Read reads the files LANG.yaml of a folder; an error names the file.
func Read(folder fs.FS) (*Book, error) {
	b := &Book{bundle: i18n.NewBundle(language.English), speakers: map[string]*i18n.Localizer{}}
	b.bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	files, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if _, err := b.bundle.LoadMessageFileFS(folder, file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
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
		b.speakers[lang] = i18n.NewLocalizer(b.bundle, lang, Default)
		tags = append(tags, language.Make(lang))
	}
	b.matcher = language.NewMatcher(tags)
	return b, nil
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

// Write says a key in a language of Languages; false: no file has the key.
func (b *Book) Write(lang, key string, args []*eilev1.Argument) (string, bool) {
	speaker, ok := b.speakers[lang]
	if !ok {
		speaker, lang = b.speakers[Default], Default
	}
	data := make(map[string]any, len(args))
	config := i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	for _, arg := range args {
		data[arg.GetName()] = b.value(lang, arg)
		if arg.GetName() == "count" {
			config.PluralCount = int(arg.GetNumber())
		}
	}
	said, err := speaker.Localize(&config)
	return said, err == nil
}

// Term is the word of a language for a code; the code where it has none.
func (b *Book) Term(lang, code string) string {
	if word, ok := b.Write(lang, "term."+code, nil); ok {
		return word
	}
	return code
}

// value is an argument as a sentence writes it.
func (b *Book) value(lang string, arg *eilev1.Argument) any {
	switch v := arg.GetValue().(type) {
	case *eilev1.Argument_Text:
		return v.Text
	case *eilev1.Argument_Term:
		return b.Term(lang, v.Term)
	case *eilev1.Argument_Number:
		return v.Number
	case *eilev1.Argument_Cents:
		return v.Cents
	case *eilev1.Argument_Truth:
		return v.Truth
	case *eilev1.Argument_Date:
		if on, ok, err := day.FromProto(v.Date); ok && err == nil {
			return on.String()
		}
	case *eilev1.Argument_Items:
		return strings.Join(v.Items.GetItems(), ", ")
	}
	return ""
}
