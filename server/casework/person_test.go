package casework_test

import (
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/server/casework"
)

// A person has one id, however the name is typed.
func TestAPersonHasOneID(t *testing.T) {
	for _, spelled := range []string{"ona", "Ona", "ONA", " ona ", "Ｏｎａ", "o\u200bna"[:1] + "na"} {
		if id := casework.PersonID(spelled); id != "ona" {
			t.Errorf("%q is %q", spelled, id)
		}
	}
	for _, pair := range [][2]string{{"Ąžuolė", "a\u0328z\u030cuole\u0307"}, {"Jonas  Jonaitis", "jonas jonaitis"}, {"Straße", "STRASSE"}} {
		if !casework.SamePerson(pair[0], pair[1]) {
			t.Errorf("%q is not %q", pair[0], pair[1])
		}
	}
	for name, person := range map[string]bool{"ona": true, "eile": false, "EILE": false, "batch": false, "": false, " ": false} {
		if casework.IsPerson(name) != person {
			t.Errorf("%q is a person: %t", name, !person)
		}
	}
}

// An id is its own id, for every letter and for texts of them.
func TestAnIDIsItsOwn(t *testing.T) {
	for letter := range unicode.MaxRune {
		id := casework.PersonID(string(letter))
		if again := casework.PersonID(id); again != id {
			t.Errorf("%U is %q, which becomes %q", letter, id, again)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		id := casework.PersonID(rapid.String().Draw(t, "name"))
		if again := casework.PersonID(id); again != id {
			t.Fatalf("%q becomes %q", id, again)
		}
	})
}
