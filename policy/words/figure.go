package words

import (
	"fmt"
	"strconv"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Hand is how a language writes figures: its file says so under figure.
type Hand struct {
	group, point string // between thousands, before hundredths
	yes, no      string
	forms        []plural.Form // of a noun beside a whole number, in their order
	tag          language.Tag
}

// numbersOf have every form that whole numbers of some language take.
const numbersOf = 1_000

// newHand is how a language writes whose file says so.
func newHand(lang string, say func(key string) string) Hand {
	h := Hand{group: say("figure.group"), point: say("figure.point"), yes: say("figure.yes"), no: say("figure.no"), tag: language.Make(lang)}
	var taken [plural.Many + 1]bool
	for n := range numbersOf {
		taken[h.form(int64(n))] = true
	}
	for _, form := range []plural.Form{plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other} {
		if taken[form] {
			h.forms = append(h.forms, form)
		}
	}
	return h
}

func (h Hand) form(n int64) plural.Form {
	// A whole number above a million takes the form of what is left of it above one.
	const million = 1_000_000
	size := magnitude(n)
	if size >= million {
		size = size%million + million
	}
	return plural.Cardinal.MatchPlural(h.tag, int(size), 0, 0, 0, 0)
}

// Forms is how many forms a noun has beside whole numbers.
func (h Hand) Forms() int { return len(h.forms) }

// Form is which of them it has beside n, from 0.
func (h Hand) Form(n int64) int {
	form := h.form(n)
	for i, known := range h.forms {
		if known == form {
			return i
		}
	}
	return len(h.forms) - 1
}

// Amount writes hundredths with grouped thousands: 1016600 is 10,166.00 in English.
func (h Hand) Amount(cents int64) string {
	size := magnitude(cents)
	return sign(cents) + h.grouped(size/100) + h.point + fmt.Sprintf("%02d", size%100)
}

// Count writes a whole number with grouped thousands, as who reads it among others
// compares it: 1837 is 1,837 in English.
func (h Hand) Count(n int64) string { return sign(n) + h.grouped(magnitude(n)) }

func (h Hand) grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + h.group + digits[i:]
	}
	return digits
}

// Decimal writes a number with all its places, as it was given.
func (h Hand) Decimal(d number.Decimal) string { return d.Text(h.point) }

// Truth writes yes or no.
func (h Hand) Truth(is bool) string {
	if is {
		return h.yes
	}
	return h.no
}

// Figure writes the value of an argument that is a figure; what is not known is a dash.
func (h Hand) Figure(arg *eilev1.Argument) string {
	switch v := arg.GetValue().(type) {
	case *eilev1.Argument_Number:
		return strconv.FormatInt(v.Number, 10)
	case *eilev1.Argument_Cents:
		return h.Amount(v.Cents)
	case *eilev1.Argument_Decimal:
		return h.Decimal(number.Of(v.Decimal))
	case *eilev1.Argument_Truth:
		return h.Truth(v.Truth)
	case *eilev1.Argument_Date:
		if on, ok, err := day.FromProto(v.Date); ok && err == nil {
			return on.String()
		}
	}
	return Unknown
}

// Unknown stands in a sentence for a figure that is not known.
const Unknown = "–"

func sign(n int64) string {
	if n < 0 {
		return "-"
	}
	return ""
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
