package number

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func anyDecimal(t *rapid.T, name string) Decimal {
	return Decimal{Units: rapid.Int64().Draw(t, name), Scale: rapid.Int32Range(0, MaxScale).Draw(t, name+" scale")}
}

func ratOf(d Decimal) *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(d.Units), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil))
}

// TestWrittenIsReadAgain also holds every number to an exact one of the standard library.
func TestWrittenIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, o := anyDecimal(t, "d"), anyDecimal(t, "o")
		if rapid.Bool().Draw(t, "near") {
			o = d.Reduced()
			o.Units += rapid.Int64Range(-1, 1).Draw(t, "off")
		}
		back, err := ParseDecimal(d.String())
		if err != nil || back != d || Of(d.Proto()) != d {
			t.Fatalf("%v is written %s and read as %v, %v", d, d, back, err)
		}
		if want, ok := new(big.Rat).SetString(d.String()); !ok || want.Cmp(ratOf(d)) != 0 {
			t.Fatalf("%v is written %s", d, d)
		}
		if got, want := d.Cmp(o), ratOf(d).Cmp(ratOf(o)); got != want {
			t.Fatalf("%s against %s is %d, want %d", d, o, got, want)
		}
		if same := d.Reduced() == o.Reduced(); same != (d.Cmp(o) == 0) || d.Reduced().Cmp(d) != 0 {
			t.Fatalf("%s and %s are reduced to %s and %s", d, o, d.Reduced(), o.Reduced())
		}
		whole, nanos := d.Split()
		rest := new(big.Rat).SetFrac64(int64(nanos), 1_000_000_000)
		if rest.Add(rest, new(big.Rat).SetInt64(whole)).Cmp(ratOf(d)) != 0 || nanos >= 1_000_000_000 {
			t.Fatalf("%s splits into %d and %d", d, whole, nanos)
		}
		a, b, scale := Align(d, o)
		if a.Cmp(b) != d.Cmp(o) || scale != max(d.Scale, o.Scale) {
			t.Fatalf("%s and %s are %s and %s of scale %d", d, o, a, b, scale)
		}
		if n, err := ParseWhole(strconv.FormatInt(d.Units, 10)); err != nil || n != d.Units {
			t.Fatalf("%d is read as %d, %v", d.Units, n, err)
		}
	})
}

func TestDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"48.50": "48.50 48.5", "48": "48 48", "-0.5": "-0.5 -0.5", "0.000000001": "0.000000001 0.000000001", "007": "7 7", "-0": "0 0", "-0.00": "0.00 0",
		"-9223372036.854775808": "-9223372036.854775808 -9223372036.854775808", "9223372036854775807": "9223372036854775807 9223372036854775807",
		"-7.000": "-7.000 -7", "100": "100 100",
	} {
		got, err := ParseDecimal(text)
		if err != nil || got.String()+" "+got.Reduced().String() != want {
			t.Errorf("%s is %s and %s, %v; want %s", text, got, got.Reduced(), err, want)
		}
	}
	if got := (Decimal{Units: -123456, Scale: 2}).Text(","); got != "-1234,56" {
		t.Errorf("written with a comma: %s", got)
	}
	if got := Of(&eilev1.Decimal{Units: math.MinInt64, Scale: 99}); got != (Decimal{math.MinInt64, MaxScale}) {
		t.Errorf("a scale that is none is read as %v", got)
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"1,5": `"1,5" is not a decimal number: write it with a point, such as 12.5`, "1.5.": "such as 12.5",
		"0.0000000001": `"0.0000000001" has more than 9 digits after the point`, "9223372036854775808": "is too large a number",
		"-9223372036854775809": "is too large a number", "922337203685477580.80": "is too large a number",
		strings.Repeat("x", 50): `"` + strings.Repeat("x", 40) + `" is not a decimal number`,
	} {
		if got, err := ParseDecimal(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is read as %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "+7.1", ".", "1.", ".5", "1.2.3", "1e3", "0x1", "1_000", " 1", "1 ", "1.-5", "1.+5", "--1", "-", "-.5", "NaN", "Inf", "١", "1\x00"} {
		if got, err := ParseDecimal(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
		if got, err := ParseWhole(text); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
	for text, want := range map[string]string{"1.0": "is not a whole number", "9223372036854775808": "is too large a number", "-9223372036854775809": "is too large"} {
		if got, err := ParseWhole(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is read as %d, %v; want %s", text, got, err, want)
		}
	}
}

// FuzzParse holds the language: what is read is digits with a minus and a point, and is written as
// it stands but for zeros before it.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"48.50", "-0.000000001", "1e9", "+1", "12", "", "9223372036854775808"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDecimal(text)
		n, errWhole := ParseWhole(text)
		if (errWhole == nil) != (err == nil && !strings.Contains(text, ".")) || errWhole == nil && (Decimal{Units: n}) != d {
			t.Fatalf("%q is %v, %v and %d, %v", text, d, err, n, errWhole)
		}
		if err != nil {
			return
		}
		if again, err := ParseDecimal(d.String()); err != nil || again != d {
			t.Errorf("%q is %v, and its text %s is %v, %v", text, d, d, again, err)
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(ratOf(d)) != 0 {
			t.Errorf("%q is read as %s", text, d)
		}
	})
}
