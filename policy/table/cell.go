package table

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/day"
)

// checkReference holds to 1–64 of A-Z a-z 0-9 . _ -
func checkReference(s string) error {
	if len(s) > 64 {
		return fmt.Errorf("%s is longer than 64 characters", quote(s))
	}
	for i := range len(s) {
		if c := s[i]; !letter(c) && !digit(c) && c != '.' && c != '_' && c != '-' {
			return fmt.Errorf("%s has a character other than A-Z a-z 0-9 . _ -", quote(s))
		}
	}
	return nil
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// checkLanguage holds to the form of a language tag, such as lt or en-GB.
func checkLanguage(s string) error {
	ok := len(s) <= 35
	first := true
	for part := range strings.SplitSeq(s, "-") {
		ok = ok && len(part) >= 1 && len(part) <= 8 && (!first || len(part) >= 2)
		for i := range len(part) {
			ok = ok && (letter(part[i]) || digit(part[i]) && !first)
		}
		first = false
	}
	if !ok {
		return errors.New("it is not a language such as lt or en")
	}
	return nil
}

// splitNames reads names separated by ";", each once, none empty, in their order.
func splitNames(cell, what string) ([]string, error) {
	const maxNames, maxName = 100, 100
	names := strings.Split(cell, ";")
	if len(names) > maxNames {
		return nil, fmt.Errorf("there are more than %d", maxNames)
	}
	for i, name := range names {
		switch {
		case name == "":
			return nil, fmt.Errorf("%s %d of %d is empty: remove the ; too many", what, i+1, len(names))
		case strings.TrimSpace(name) != name:
			return nil, fmt.Errorf("%s %s begins or ends with a space: remove it", what, quote(name))
		case slices.Contains(names[:i], name):
			return nil, fmt.Errorf("%s %s stands there twice", what, quote(name))
		}
		if err := short(name, maxName); err != nil {
			return nil, fmt.Errorf("%s %s: %w", what, quote(name), err)
		}
	}
	return names, nil
}

// checkRegistered holds to a moment that is not to come.
func checkRegistered(s string, o *Options) error {
	registered, err := day.ParseMoment(s)
	if err != nil {
		return err
	}
	return registered.NotAfter(o.Now, cmp.Or(o.Zone, time.UTC))
}
