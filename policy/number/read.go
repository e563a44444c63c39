package number

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MaxScale is the most digits after the point that the register keeps.
const MaxScale = 9

// ParseWhole reads digits with an optional minus, such as 1200.
func ParseWhole(s string) (int64, error) {
	if !digits(strings.TrimPrefix(s, "-")) {
		return 0, fmt.Errorf("%.40q is not a whole number: write digits only, such as 1200", s)
	}
	return parse(s, s)
}

// ParseDecimal reads digits with an optional minus and point, such as 12.50, and keeps the places
// that are written.
func ParseDecimal(s string) (Decimal, error) {
	whole, places, point := strings.Cut(s, ".")
	switch {
	case strings.Contains(s, ","):
		return Decimal{}, fmt.Errorf("%.40q is not a decimal number: write it with a point, such as 12.5", s)
	case !digits(strings.TrimPrefix(whole, "-")) || point && !digits(places):
		return Decimal{}, fmt.Errorf("%.40q is not a decimal number: write it such as 12.5", s)
	case len(places) > MaxScale:
		return Decimal{}, fmt.Errorf("%.40q has more than %d digits after the point", s, MaxScale)
	}
	units, err := parse(s, whole+places)
	return Decimal{Units: units, Scale: int32(len(places))}, err
}

// digits tells whether a text is ASCII digits, one at least.
func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// parse reads a minus and digits that stand in a text.
func parse(text, number string) (int64, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%.40q is too large a number", text)
	}
	return n, err
}
