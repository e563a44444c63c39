package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/words"
)

// Title is what something is called, by language.
type Title map[string]string

// title reads what a file calls something.
func title(p source.Phrase) Title {
	texts := p.Texts()
	maps.DeleteFunc(texts, func(_, text string) bool { return text == "" })
	return texts
}

// In is the title in a language; in English where that has none.
func (t Title) In(lang string) string { return cmp.Or(t[lang], t[words.Default]) }

// Entry is a code with its title.
type Entry struct {
	Code  string
	Title Title
}

func entry(code source.Text, called source.Phrase) Entry { return Entry{code.Text, title(called)} }

func codes(entries []Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Code
	}
	return out
}

// entries reads a list of codes with their titles, each code once.
func entries(faults *source.Faults, list []source.Titled, valid func(string) bool, what string) []Entry {
	var out []Entry
	for _, t := range list {
		if !valid(t.Code.Text) {
			faults.Add(t.Code.Position, "%q is no code of %s; use a-z, A-Z, 0-9, - and _, at most 64", source.Clip(t.Code.Text), what)
		}
		if slices.Contains(codes(out), t.Code.Text) {
			faults.Add(t.Code.Position, "the code %s stands twice", t.Code.Text)
		}
		out = append(out, entry(t.Code, t.Title))
	}
	return out
}

func isCode(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func isListName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, letters+"0123456789-_") == ""
}

func isReasonCode(s string) bool {
	return s != "" && len(s) <= 64 && s[0] >= 'A' && s[0] <= 'Z' && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// identifier refuses a name that an expression could not read.
func identifier(faults *source.Faults, name source.Text) {
	if !isIdentifier(name.Text) {
		faults.Add(name.Position, "%q is no name; use lower-case letters, digits and _, a letter first, at most 64", source.Clip(name.Text))
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

// choice returns one of the allowed values, the first when the key is absent.
func choice(faults *source.Faults, t source.Text, allowed ...string) string {
	if !t.Set() {
		return allowed[0]
	}
	if !slices.Contains(allowed, t.Text) {
		faults.Add(t.Position, "%q is not one of %s", source.Clip(t.Text), strings.Trim(strings.Join(allowed, ", "), ", "))
	}
	return t.Text
}

// between returns a small number within bounds; an absent one is the least.
func between(faults *source.Faults, n source.Number, low, high int64) int {
	if !n.Set() {
		return int(low)
	}
	if n.Int < low || n.Int > high {
		faults.Add(n.Position, "%d is not between %d and %d", n.Int, low, high)
		return int(low)
	}
	return int(n.Int)
}
