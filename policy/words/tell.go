package words

import (
	"cmp"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Tell puts a reason into every language of the book, as somebody is told who must
// be able to read later what it said: a decision, a refusal, a letter. What was
// told stays; a reason of an older register has its two sentences.
func (b *Book) Tell(reason *eilev1.Reason, policies Policies) {
	if len(reason.GetTexts()) > 0 {
		return
	}
	reason.Texts = b.texts(reason, policies)
}

// Show fills in what a caller reads of a reason: its texts, and detail in a
// language of Languages.
func (b *Book) Show(lang string, reason *eilev1.Reason, policies Policies) {
	b.Tell(reason, policies)
	reason.Detail = cmp.Or(textIn(reason, lang), textIn(reason, Default), reason.GetDetail(), reason.GetCode())
	reason.DetailLt = textIn(reason, "lt") //nolint:staticcheck // the old field is filled in for old callers
}

// textIn is what a reason says in a language; empty where it has no sentence.
func textIn(reason *eilev1.Reason, lang string) string {
	at := slices.IndexFunc(reason.GetTexts(), func(t *eilev1.Text) bool { return t.GetLang() == lang })
	if at < 0 {
		return ""
	}
	return reason.GetTexts()[at].GetText()
}

// texts are a reason in each language that has a sentence for it.
func (b *Book) texts(reason *eilev1.Reason, policies Policies) []*eilev1.Text {
	var texts []*eilev1.Text
	for _, lang := range b.langs {
		if said, ok := b.Sentence(lang, reason, policies); ok {
			texts = append(texts, &eilev1.Text{Lang: lang, Text: said})
		}
	}
	return texts
}

// Sentence is a reason in a language: as it was told, in the words of its policy
// where it is a policy's, or else of the book; false: there is none.
func (b *Book) Sentence(lang string, reason *eilev1.Reason, policies Policies) (string, bool) {
	if said, told := told(lang, reason); told {
		return said, said != ""
	}
	if sha := reason.GetPolicySha256(); sha != "" {
		if policies != nil {
			if speaker := policies(sha); speaker != nil {
				return speaker.Write(lang, reason)
			}
		}
		return "", false
	}
	return b.write(lang, KeyOf(reason), reason.GetArgs(), policies)
}

// Say is a reason in a language, in the default one where that has no sentence for
// it; empty: neither has.
func (b *Book) Say(lang string, reason *eilev1.Reason, policies Policies) string {
	if said, ok := b.Sentence(lang, reason, policies); ok {
		return said
	}
	said, _ := b.Sentence(Default, reason, policies)
	return said
}

// told is what a reason says by itself: one that was told, and one of an older
// register, which has an English and a Lithuanian sentence and no arguments.
func told(lang string, reason *eilev1.Reason) (said string, is bool) {
	if len(reason.GetTexts()) > 0 {
		return textIn(reason, lang), true
	}
	if reason.GetDetail() == "" || len(reason.GetArgs()) > 0 {
		return "", false
	}
	switch lang {
	case Default:
		return reason.GetDetail(), true
	case "lt":
		return reason.GetDetailLt(), true //nolint:staticcheck // what an older register says
	}
	return "", true
}
