package casework

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// PersonID is the one id of a person who works with the register, whatever way the name is
// spelled: "Ona", "ONA" and " ona" are one. It is what records keep of who did something.
func PersonID(name string) string {
	// Letters that become others by turns, such as ẞ, ß and ss, have come to rest after a few.
	id := name
	if isASCII(id) { // for most callers nothing else is to do
		return strings.Join(strings.Fields(strings.ToLower(id)), " ")
	}
	id = norm.NFKC.String(id)
	for range turns {
		id = norm.NFKC.String(strings.ToLower(cases.Upper(language.Und).String(id)))
	}
	return strings.Join(strings.Fields(id), " ")
}

// Legible tells whether a name looks like what it is: it has no letter that cannot be seen, and
// none of another script that looks like one of its own.
func Legible(name string) bool {
	if isASCII(name) {
		return true
	}
	scripts := map[*unicode.RangeTable]bool{}
	for _, r := range norm.NFKC.String(name) {
		if unicode.In(r, unicode.Cf, unicode.Cc, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return false
		}
		for _, script := range alike {
			if unicode.Is(script, r) {
				scripts[script] = true
			}
		}
	}
	return len(scripts) < 2
}

// alike are the scripts whose letters are taken for one another.
var alike = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Lisu}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// turns after which every letter of Unicode rests; a test holds it.
const turns = 3

// SamePerson tells whether two names are of one person; those on record may be older than
// their ids.
func SamePerson(one, other string) bool { return PersonID(one) == PersonID(other) }

// IsPerson tells a person from the machine: eile itself, and who starts nights by a timer.
func IsPerson(name string) bool {
	id := PersonID(name)
	return id != "" && id != Machine && id != batch
}

// batch is the name under which a timer starts nights.
const batch = "batch"
