package table

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func whole(n int64) *int64 { return &n }

func TestParseFact(t *testing.T) {
	boolean := func(b bool) *eilev1.Fact { return &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: b}} }
	integer := func(n int64) *eilev1.Fact { return &eilev1.Fact{Value: &eilev1.Fact_IntValue{IntValue: n}} }
	decimal := func(u int64, s int32) *eilev1.Fact {
		return &eilev1.Fact{Value: &eilev1.Fact_DecimalValue{DecimalValue: &eilev1.Decimal{Units: u, Scale: s}}}
	}
	text := func(s string) *eilev1.Fact { return &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: s}} }
	grounds := Attribute{Type: String, Values: []string{"disaster", "five_children"}, Separator: ";"}
	for _, c := range []struct {
		attribute Attribute
		cell      string
		want      *eilev1.Fact
		err       string
	}{
		{Attribute{Type: Bool}, "", nil, "it is empty"},
		{Attribute{Type: Bool}, "true", boolean(true), ""},
		{Attribute{Type: Bool}, "false", boolean(false), ""},
		{Attribute{Type: Bool}, "TRUE", nil, `"TRUE" is not true or false`},
		{Attribute{Type: Bool}, "1", nil, `"1" is not true or false`},
		{Attribute{Type: Bool}, "true ", nil, `"true " is not true or false`},
		{Attribute{Type: Int}, "0", integer(0), ""},
		{Attribute{Type: Int}, "-12", integer(-12), ""},
		{Attribute{Type: Int}, "9223372036854775807", integer(math.MaxInt64), ""},
		{Attribute{Type: Int}, "9223372036854775808", nil, `"9223372036854775808" is too large a number`},
		{Attribute{Type: Int}, "12.0", nil, `"12.0" is not a whole number: write digits only, such as 1200`},
		{Attribute{Type: Int}, "+12", nil, `"+12" is not a whole number: write digits only, such as 1200`},
		{Attribute{Type: Int}, "-", nil, `"-" is not a whole number: write digits only, such as 1200`},
		{Attribute{Type: Int}, "1_000", nil, `"1_000" is not a whole number: write digits only, such as 1200`},
		{Attribute{Type: Int}, "1 000", nil, `"1 000" is not a whole number: write digits only, such as 1200`},
		{Attribute{Type: Int}, "１２", nil, `"１２" is not a whole number: write digits only, such as 1200`},
		{Attribute{Type: Int, Min: whole(0), Max: whole(9)}, "0", integer(0), ""},
		{Attribute{Type: Int, Min: whole(0), Max: whole(9)}, "9", integer(9), ""},
		{Attribute{Type: Int, Min: whole(0), Max: whole(9)}, "10", nil, `"10" is more than 9`},
		{Attribute{Type: Int, Min: whole(0), Max: whole(9)}, "-1", nil, `"-1" is less than 0`},
		{Attribute{Type: Decimal}, "12.50", decimal(1250, 2), ""},
		{Attribute{Type: Decimal}, "12", decimal(12, 0), ""},
		{Attribute{Type: Decimal}, "-0.5", decimal(-5, 1), ""},
		{Attribute{Type: Decimal}, "0.123456789", decimal(123456789, 9), ""},
		{Attribute{Type: Decimal}, "0.1234567891", nil, `"0.1234567891" has more than 9 digits after the point`},
		{Attribute{Type: Decimal}, "12,5", nil, `"12,5" is not a decimal number: write it with a point, such as 12.5`},
		{Attribute{Type: Decimal}, ".5", nil, `".5" is not a decimal number: write it such as 12.5`},
		{Attribute{Type: Decimal}, "5.", nil, `"5." is not a decimal number: write it such as 12.5`},
		{Attribute{Type: Decimal}, "1.2.3", nil, `"1.2.3" is not a decimal number: write it such as 12.5`},
		{Attribute{Type: Decimal}, "1e3", nil, `"1e3" is not a decimal number: write it such as 12.5`},
		{Attribute{Type: Decimal}, "1.-5", nil, `"1.-5" is not a decimal number: write it such as 12.5`},
		{Attribute{Type: Decimal}, "9999999999.999999999", nil, `"9999999999.999999999" is too large a number`},
		{Attribute{Type: Decimal, Min: whole(1), Max: whole(2)}, "0.999", nil, `"0.999" is less than 1`},
		{Attribute{Type: Decimal, Min: whole(1), Max: whole(2)}, "1.0", decimal(10, 1), ""},
		{Attribute{Type: Decimal, Min: whole(1), Max: whole(2)}, "2.000000001", nil, `"2.000000001" is more than 2`},
		{Attribute{Type: String}, "Žirmūnai", text("Žirmūnai"), ""},
		{Attribute{Type: String}, strings.Repeat("ž", 1000), text(strings.Repeat("ž", 1000)), ""},
		{Attribute{Type: String}, strings.Repeat("ž", 1001), nil, "it has more than 1000 characters"},
		{Attribute{Type: String}, "a\nb", nil, "byte 2 of the cell is a line break, which cannot stand here: remove it"},
		{Attribute{Type: String}, "a\tb", nil, "byte 2 of the cell is the control character U+0009: remove it"},
		{Attribute{Type: String}, "a\u0085", nil, "byte 2 of the cell is the control character U+0085: remove it"},
		{Attribute{Type: String}, "\xe0\xe8", nil, "byte 1 of the cell is not UTF-8: save the file as UTF-8"},
		{Attribute{Type: String, Values: []string{"a", "b"}}, "b", text("b"), ""},
		{Attribute{Type: String, Values: []string{"a", "b"}}, "a;b", nil, `"a;b" is not one of a, b`},
		{grounds, "five_children;disaster", text("five_children;disaster"), ""},
		{grounds, "disaster;", nil, `"" is not one of disaster, five_children`},
		{grounds, "disaster;disaster", nil, `"disaster" stands there twice`},
		{grounds, "disaster; five_children", nil, `" five_children" is not one of disaster, five_children`},
		{Attribute{Type: String, Separator: "|"}, "x|y", text("x|y"), ""},
		{Attribute{Type: String, Separator: "|"}, "x||y", nil, "value 2 of 3 is empty: remove the | too many"},
		{Attribute{Type: Date}, "2024-02-29", &eilev1.Fact{Value: &eilev1.Fact_DateValue{DateValue: on("2024-02-29").Proto()}}, ""},
		{Attribute{Type: Date}, "2023-02-29", nil, "2023-02-29 is not a date: February 2023 has 28 days"},
		{Attribute{Type: 9}, "x", nil, "the policy declares type 9 for it, which no attribute can have"},
	} {
		got, err := ParseFact(c.attribute, c.cell)
		if c.err != "" {
			if err == nil || err.Error() != c.err || got != nil {
				t.Errorf("%s %q: %v, %v; want %s", c.attribute.Type, c.cell, got, err, c.err)
			}
			continue
		}
		if err != nil || !proto.Equal(got, c.want) {
			t.Errorf("%s %q: %v, %v; want %v", c.attribute.Type, c.cell, got, err, c.want)
		}
	}
}

// TestBoundsAreExact holds bounds against numbers with places.
func TestBoundsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := number.Decimal{Units: rapid.Int64().Draw(t, "units"), Scale: rapid.Int32Range(0, number.MaxScale).Draw(t, "scale")}
		whole, _ := d.Split()
		bound := whole + rapid.Int64Range(-1, 1).Draw(t, "off")
		exact := new(big.Rat).SetFrac(big.NewInt(d.Units), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil))
		c := exact.Cmp(new(big.Rat).SetInt64(bound))
		if _, err := ParseFact(Attribute{Type: Decimal, Min: &bound}, d.String()); (err != nil) != (c < 0) {
			t.Fatalf("%s from %d: %v", d, bound, err)
		}
		if _, err := ParseFact(Attribute{Type: Decimal, Max: &bound}, d.String()); (err != nil) != (c > 0) {
			t.Fatalf("%s up to %d: %v", d, bound, err)
		}
	})
}

func TestQuoteShortens(t *testing.T) {
	if got := quote(strings.Repeat("ž", 41)); got != `"`+strings.Repeat("ž", 40)+`"…` {
		t.Errorf("quoted as %s", got)
	}
	if got := quote(strings.Repeat("ž", 40)); got != `"`+strings.Repeat("ž", 40)+`"` {
		t.Errorf("quoted as %s", got)
	}
}

func FuzzParseFact(f *testing.F) {
	for _, s := range []string{"true", "12.50", "-3", "2024-02-29", "Žirmūnai", "1e9", "", "\xff"} {
		f.Add(s, 1)
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, cell string, kind int) {
		fact, err := ParseFact(Attribute{Name: "a", Type: Type(kind)}, cell)
		if err != nil {
			if fact != nil || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%q: %v beside %v", cell, fact, err)
			}
			return
		}
		if _, err := proto.Marshal(fact); err != nil || fact.GetValue() == nil {
			t.Fatalf("%q gives a fact that cannot be stored: %v, %v", cell, fact, err)
		}
	})
}
