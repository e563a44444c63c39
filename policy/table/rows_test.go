package table

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func components() Attribute {
	return Attribute{Name: "components", Type: Rows, Keys: 1, Columns: []Column{
		{Attribute: Attribute{Name: "component", Type: String, Values: []string{"kitchen", "windows"}}},
		{Attribute: Attribute{Name: "installed", Type: Int, Min: whole(1500), Max: whole(2200)}},
		{Attribute: Attribute{Name: "condition", Type: String}},
	}}
}

func spreads() Attribute {
	share := func(name string, kind Type) Column {
		return Column{Attribute: Attribute{Name: name, Type: kind, Min: whole(0), Max: whole(100)}, ShareOf: whole(100)}
	}
	return Attribute{Name: "spread", Type: Rows, Keys: 2, Columns: []Column{
		{Attribute: Attribute{Name: "area", Type: String}}, {Attribute: Attribute{Name: "hazard", Type: String}}, share("severe", Decimal), share("moderate", Int),
	}}
}

func TestParseRows(t *testing.T) {
	for _, c := range []struct {
		attribute Attribute
		cell      string
		rows      int
		err       string
	}{
		{components(), "none", 0, ""},
		{components(), "kitchen/1990/poor", 1, ""},
		{components(), "kitchen/1990/poor;windows//", 2, ""},
		{components(), "kitchen/1990/poor;kitchen/1990/poor;kitchen/1990/poor", 1, ""},
		{components(), "kitchen/1990/poor;windows/1990/poor;kitchen/1991/poor", 0, `row 3, "kitchen/1991/poor", says other things of kitchen than a row before it`},
		{components(), "kitchen/1990/poor;kitchen//poor", 0, `row 2, "kitchen//poor", says other things of kitchen than a row before it`},
		{components(), "", 0, "row 1 of 1 is empty: remove the ; too many, or write none for no rows"},
		{components(), "kitchen/1990/poor;", 0, "row 2 of 2 is empty: remove the ; too many, or write none for no rows"},
		{components(), "kitchen/1990/poor;none", 0, `row 2, "none": it has 1 fields, not the 3 of component/installed/condition`},
		{components(), "kitchen/1990/poor/", 0, `row 1, "kitchen/1990/poor/": it has 4 fields, not the 3 of component/installed/condition`},
		{components(), "/1990/poor", 0, `row 1, "/1990/poor": component is empty, and it names the row`},
		{components(), "cellar/1990/poor", 0, `row 1, "cellar/1990/poor": component: "cellar" is not one of kitchen, windows`},
		{components(), "kitchen/1499/poor", 0, `row 1, "kitchen/1499/poor": installed: "1499" is less than 1500`},
		{components(), "kitchen/1990/ poor", 0, `row 1, "kitchen/1990/ poor": condition begins or ends with a space: remove it`},
		{spreads(), "1A/damp/10.5/89;1A/damp/10.5/89", 0, `row 1, "1A/damp/10.5/89": severe + moderate do not add up to 100`},
		{spreads(), "1A/damp/10.0/90;1B/damp/0/100;1A/cold/100/0", 3, ""},
		{spreads(), "1A/damp/10/90;1A/damp/20/80", 0, `row 2, "1A/damp/20/80", says other things of 1A/damp than a row before it`},
		{spreads(), "1A/damp//100", 0, `row 1, "1A/damp//100": a share is empty; write 0 where there is none`},
		{spreads(), "1A/damp/100.1/0", 0, `row 1, "1A/damp/100.1/0": severe: "100.1" is more than 100`},
		{spreads(), strings.Repeat("1A/damp/10/90;", 101), 0, "it has more than 1000 characters"},
		{spreads(), strings.Repeat("a;", 100) + "a", 0, "there are more than 100 rows"},
	} {
		rows, err := ParseRows(c.attribute, c.cell)
		if fmt.Sprint(err) != c.err && (err != nil || c.err != "") || len(rows) != c.rows {
			t.Errorf("%q: %d rows, %v; want %d, %s", c.cell, len(rows), err, c.rows, c.err)
		}
		fact, err := ParseFact(c.attribute, c.cell)
		switch {
		case c.cell == "":
			if fact != nil || err == nil {
				t.Errorf("an empty cell is %v, %v", fact, err)
			}
		case (err == nil) != (c.err == "") || err == nil && fact.GetStringValue() != c.cell:
			t.Errorf("%q: %v, %v", c.cell, fact, err)
		}
	}
}

// What is written is read again, whatever it says, and a row that is written twice is one.
func TestRowsRoundTrip(t *testing.T) {
	a := components()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.Permutation([]string{"kitchen", "windows"}).Draw(t, "names")[:rapid.IntRange(1, 2).Draw(t, "rows")]
		var written []string
		for _, name := range names {
			year := rapid.StringMatching(`(1[5-9][0-9]{2})?`).Draw(t, "year")
			condition := rapid.StringMatching(`([a-zž][a-zž ]{0,5}[a-zž])?`).Draw(t, "condition")
			written = append(written, name+"/"+year+"/"+condition)
		}
		again := append(written, written[rapid.IntRange(0, len(written)-1).Draw(t, "again")])
		rows, err := ParseRows(a, strings.Join(again, ";"))
		if err != nil || len(rows) != len(written) {
			t.Fatalf("%v: %v", again, err)
		}
		for i, row := range rows {
			if got := strings.Join([]string{text(row[0]), text(row[1]), text(row[2])}, "/"); got != written[i] {
				t.Fatalf("%s is read as %s", written[i], got)
			}
		}
	})
}

func text(f *eilev1.Fact) string {
	switch {
	case f == nil:
		return ""
	case f.GetStringValue() != "":
		return f.GetStringValue()
	default:
		return fmt.Sprint(f.GetIntValue())
	}
}

func FuzzParseRows(f *testing.F) {
	for _, s := range []string{"none", "kitchen/1990/poor", "windows//;kitchen//", "1A/damp/10/90", "a/b/99.999999999/0", ";;", "///", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, a := range []Attribute{components(), spreads()} {
			rows, err := ParseRows(a, cell)
			if err != nil {
				if rows != nil || strings.Contains(err.Error(), "\n") {
					t.Fatalf("%q: %v beside %v", cell, rows, err)
				}
				continue
			}
			for i, row := range rows {
				if len(row) != len(a.Columns) || row[0] == nil {
					t.Fatalf("%q: row %d is %v", cell, i, row)
				}
			}
		}
	})
}
