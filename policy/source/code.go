package source

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Title is what something is called, by language.
type Title map[string]string

// TitleOf is what a file calls something.
func TitleOf(p Phrase) Title {
	texts := p.Texts()
	maps.DeleteFunc(texts, func(_, text string) bool { return text == "" })
	return texts
}

// In is the title in a language; in English where that has none.
func (t Title) In(lang string) string { return cmp.Or(t[lang], t["en"]) }

// Entry is a code with its title.
type Entry struct {
	Code  string
	Title Title
}

// EntryOf is a code as a file writes it, with its title.
func EntryOf(code Text, called Phrase) Entry { return Entry{code.Text, TitleOf(called)} }

// Codes are those of the entries.
func Codes(entries []Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Code
	}
	return out
}

// Entries reads a list of codes with their titles, each code once.
func (f *Faults) Entries(list []Titled, valid func(string) bool, what string) []Entry {
	var out []Entry
	for _, t := range list {
		if !valid(t.Code.Text) {
			f.Add(t.Code.Position, "%q is no code of %s; use a-z, A-Z, 0-9, - and _, at most 64", Clip(t.Code.Text), what)
		}
		if slices.Contains(Codes(out), t.Code.Text) {
			f.Add(t.Code.Position, "the code %s stands twice", t.Code.Text)
		}
		out = append(out, EntryOf(t.Code, t.Title))
	}
	return out
}

// IsCode says whether a text may name a policy.
func IsCode(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// IsListName says whether a text may be the code of a list, a hazard or a ground.
func IsListName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, letters+"0123456789-_") == ""
}

// IsReasonCode says whether a text may be the code of a reason.
func IsReasonCode(s string) bool {
	return s != "" && len(s) <= 64 && s[0] >= 'A' && s[0] <= 'Z' && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// Identifier refuses a name that an expression could not read.
func (f *Faults) Identifier(name Text) {
	if !isIdentifier(name.Text) {
		f.Add(name.Position, "%q is no name; use lower-case letters, digits and _, a letter first, at most 64", Clip(name.Text))
	}
}

func isIdentifier(s string) bool {
	if s == "" || len(s) > 64 || s[0] < 'a' || s[0] > 'z' || reserved[s] {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// reserved words of CEL.
var reserved = map[string]bool{
	"as": true, "break": true, "const": true, "continue": true, "else": true, "false": true, "for": true, "function": true, "if": true, "import": true,
	"in": true, "let": true, "loop": true, "namespace": true, "null": true, "package": true, "return": true, "true": true, "var": true, "void": true, "while": true,
}
