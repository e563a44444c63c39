package table

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// now is in the evening of today, in UTC and in Vilnius.
var now = time.Date(2026, 11, 21, 21, 45, 0, 0, time.UTC)

var options = Options{
	Today: today,
	Now:   now,
	Lists: []string{"general", "young"},
	Attributes: []Attribute{
		{Name: "net_income_cents", Type: Int, Min: whole(0)}, {Name: "home_area_sqm", Type: Decimal}, {Name: "disability", Type: Bool},
	},
}

// readAll returns the rows and the faults of a file, a line each.
func readAll(text string, o Options) ([]ApplicationRow, string) {
	var rows []ApplicationRow
	var faults strings.Builder
	for row, fault := range Applications(strings.NewReader(text), o) {
		if fault != nil {
			fmt.Fprintln(&faults, fault)
			continue
		}
		rows = append(rows, row)
	}
	return rows, faults.String()
}

func TestApplications(t *testing.T) {
	const text = "\ufeffdisability,reference,net_income_cents,registered_at,register_number,list,members,districts,given_name,family_name,personal_code,email,phone,address,language,channel,home_area_sqm\r\n" +
		"true,A-1,1016600,2015-03-01T09:00:00.5+02:00,17/3,young,self/F/1985-02-03,Žirmūnai;Centras,Ona,\"Onaitė, \"\"Oa\"\"\",48502031234,ona@example.lt,+370 600,\"Gatvė 1\r\nVilnius\",lt,post,\r\n" +
		"\r\n" +
		",A.2_x,,2015-03-01,,,,,,,,,,,,,0.50\r\n"
	rows, faults := readAll(text, options)
	if faults != "" || len(rows) != 2 {
		t.Fatalf("%d rows; faults:\n%s", len(rows), faults)
	}
	want := []ApplicationRow{
		{2, &eilev1.Application{
			Reference: "A-1", RegisteredAt: "2015-03-01T09:00:00.5+02:00", RegisterNumber: "17/3", List: "young",
			Household: &eilev1.Household{Members: []*eilev1.Member{{
				Relation: eilev1.Relation_RELATION_SELF, Sex: eilev1.Sex_SEX_FEMALE, BirthDate: on("1985-02-03").Proto(),
			}}},
			Districts: []string{"Žirmūnai", "Centras"},
			Attributes: map[string]*eilev1.Fact{
				"disability":       {Value: &eilev1.Fact_BoolValue{BoolValue: true}},
				"net_income_cents": {Value: &eilev1.Fact_IntValue{IntValue: 1016600}},
			},
		}, &eilev1.Person{
			GivenName: "Ona", FamilyName: `Onaitė, "Oa"`, PersonalCode: "48502031234", Email: "ona@example.lt", Phone: "+370 600",
			Address: "Gatvė 1\nVilnius", Language: "lt", Channel: eilev1.Channel_CHANNEL_POST,
		}},
		// The address above has a line break, and a blank line stands between.
		{5, &eilev1.Application{
			Reference: "A.2_x", RegisteredAt: "2015-03-01",
			Attributes: map[string]*eilev1.Fact{"home_area_sqm": {Value: &eilev1.Fact_DecimalValue{DecimalValue: &eilev1.Decimal{Units: 50, Scale: 2}}}},
		}, nil},
	}
	for i, row := range rows {
		if row.Line != want[i].Line || !proto.Equal(row.Application, want[i].Application) || !proto.Equal(row.Person, want[i].Person) {
			t.Errorf("row is %d %v %v\nwant %d %v %v", row.Line, row.Application, row.Person, want[i].Line, want[i].Application, want[i].Person)
		}
		if (row.Person == nil) != (want[i].Person == nil) {
			t.Errorf("row %d: person is %v", i, row.Person)
		}
	}
}

func TestHeader(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
	}{
		{"empty file", "", "1: the file is empty: it needs a header row\n"},
		{"byte order mark alone", "\ufeff", "1: the file is empty: it needs a header row\n"},
		{"blank lines alone", "\r\n\n", "1: the file is empty: it needs a header row\n"},
		{"header alone", "reference,registered_at\n", ""},
		{"header alone, no line end", "reference,registered_at", ""},
		{"unknown columns", "reference,registered_at,colour,Net_Income_cents\nA,2020-01-01,red,1\n",
			"1: colour: unknown column: the columns are reference, registered_at, register_number, list, members, districts, given_name, family_name, " +
				"personal_code, email, phone, address, language, channel, net_income_cents, home_area_sqm, disability\n" +
				"1: Net_Income_cents: unknown column: is it net_income_cents?\n"},
		{"column with a space", "reference, registered_at\n", "1:  registered_at: unknown column: is it registered_at?\n" +
			"1: registered_at: the column is required, and missing in the header\n"},
		{"column twice", "reference,registered_at,list,list\n", "1: list: the column stands in the header twice\n"},
		{"missing columns", "list\n", "1: reference: the column is required, and missing in the header\n1: registered_at: the column is required, and missing in the header\n"},
		{"no name", "reference,registered_at,\n", "1: column 3 has no name in the header\n"},
		{"semicolons", "reference;registered_at\n", "1: the columns are not separated by commas: save the file with commas between the cells\n"},
		{"tabs", "reference\tregistered_at\n", "1: the columns are not separated by commas: save the file with commas between the cells\n"},
		{"UTF-16", "\xff\xfer\x00e\x00", "1: the file is UTF-16: save it as UTF-8\n"},
		{"not UTF-8", "reference,registered_at,\xe0\n", "1: the name of column 3: byte 1 of the cell is not UTF-8: save the file as UTF-8\n"},
		{"quotes", "reference,registered_at,a\"b\n", "1: a cell with quotes in it is not quoted as a whole: put it in quotes, and double the quotes inside\n1: the header row cannot be read\n"},
		{"second line", "\nreference\n", "2: registered_at: the column is required, and missing in the header\n"},
	} {
		rows, faults := readAll(c.text, options)
		if faults != c.want || len(rows) > 0 {
			t.Errorf("%s: %d rows, faults:\n%swant:\n%s", c.name, len(rows), faults, c.want)
		}
		for _, fault := range Applications(strings.NewReader(c.text), options) {
			if fault != nil && !fault.Fatal && c.name != "quotes" {
				t.Errorf("%s: %v is not fatal", c.name, fault)
			}
		}
	}
}

func TestRows(t *testing.T) {
	for _, c := range []struct {
		name, header, row, want string
	}{
		{"too few cells", "", "A", "the row has 1 cells, the header has 2"},
		{"too many cells", "", "A,2020-01-01,", "the row has 3 cells, the header has 2"},
		{"empty row", "", ",", "every cell is empty: remove the row"},
		{"no reference", "", ",2020-01-01", "reference: it is required, and empty"},
		{"no date", "", "A,", "registered_at: it is required, and empty"},
		{"bad reference", "", "A/1,2020-01-01", `reference: "A/1" has a character other than A-Z a-z 0-9 . _ -`},
		{"long reference", "", strings.Repeat("A", 65) + ",2020-01-01", `reference: "` + strings.Repeat("A", 40) + `"… is longer than 64 characters`},
		{"longest reference", "", strings.Repeat("A", 64) + ",2020-01-01", ""},
		{"impossible date", "", "A,2023-02-31", "registered_at: 2023-02-31 is not a date: February 2023 has 28 days"},
		{"impossible date of a time", "", "A,2023-02-31T09:00:00Z", "registered_at: 2023-02-31 is not a date: February 2023 has 28 days"},
		{"other form of date", "", "A,31.12.2020", `registered_at: "31.12.2020" is neither a time nor a date: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01`},
		{"space for T", "", "A,2020-01-01 09:00", `registered_at: "2020-01-01 09:00" is neither a time nor a date: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01`},
		{"space after", "", `A,"2020-01-01 "`, `registered_at: "2020-01-01 " is neither a time nor a date: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01`},
		{"no offset", "", "A,2020-01-01T09:00:00", `registered_at: "2020-01-01T09:00:00" has no offset from UTC: add it, such as +02:00, or Z`},
		{"short offset", "", "A,2020-01-01T09:00:00+02", `registered_at: "2020-01-01T09:00:00+02" has no offset of the form +02:00 or Z: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01`},
		{"wild offset", "", "A,2020-01-01T09:00:00+24:00", `registered_at: "2020-01-01T09:00:00+24:00" has an offset that no zone has`},
		{"no seconds", "", "A,2020-01-01T09:00Z", `registered_at: "2020-01-01T09:00Z" has no time of the form 09:30:00: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01`},
		{"hour 24", "", "A,2020-01-01T24:00:00Z", `registered_at: "2020-01-01T24:00:00Z" has a time that no clock shows: hours are 00 to 23, minutes and seconds 00 to 59`},
		{"fraction", "", "A,2020-01-01T09:00:00.123456789Z", ""},
		{"long fraction", "", "A,2020-01-01T09:00:00.1234567890Z", `registered_at: "2020-01-01T09:00:00.1234567890Z" has a fraction of a second that is not 1 to 9 digits`},
		{"empty fraction", "", "A,2020-01-01T09:00:00.Z", `registered_at: "2020-01-01T09:00:00.Z" has a fraction of a second that is not 1 to 9 digits`},
		{"small letters", "", "A,2020-01-01t09:00:00z", `registered_at: "2020-01-01t09:00:00z" is neither a time nor a date: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01`},
		{"today", "", "A,2026-11-21", ""},
		{"later today", "", "A,2026-11-21T23:59:59+02:00", `registered_at: "2026-11-21T23:59:59+02:00" is in the future, after 2026-11-21T23:45:00+02:00`},
		{"one digit of an hour", "", "A,2020-01-01T9:30:00Z", `registered_at: "2020-01-01T9:30:00Z" has no time of the form 09:30:00: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01`},
		{"tomorrow", "", "A,2026-11-22", "registered_at: 2026-11-22 is in the future, after 2026-11-21"},
		{"tomorrow by the text, today in the zone", "", "A,2026-11-22T00:30:00+03:00", ""},
		{"today by the text, tomorrow in the zone", "", "A,2026-11-21T22:30:00-03:00", `registered_at: "2026-11-21T22:30:00-03:00" is in the future, after 2026-11-21`},
		{"list", "list", "A,2020-01-01,general", ""},
		{"unknown list", "list", "A,2020-01-01,old", `list: "old" is not a list of the policy: use one of general, young`},
		{"long number", "register_number", "A,2020-01-01," + strings.Repeat("7", 65), "register_number: it has more than 64 characters"},
		{"members", "members", "A,2020-01-01,self/F/1985-02-03;child/M/2027-01-01", "members: member 2: the birth date 2027-01-01 is in the future, after 2026-11-21"},
		{"empty district", "districts", "A,2020-01-01,Centras;;Senamiestis", "districts: district 2 of 3 is empty: remove the ; too many"},
		{"district at the end", "districts", "A,2020-01-01,Centras;", "districts: district 2 of 2 is empty: remove the ; too many"},
		{"district twice", "districts", "A,2020-01-01,Centras;Centras", `districts: district "Centras" stands there twice`},
		{"district with a space", "districts", "A,2020-01-01,Centras; Senamiestis", `districts: district " Senamiestis" begins or ends with a space: remove it`},
		{"long district", "districts", "A,2020-01-01," + strings.Repeat("š", 101), `districts: district "` + strings.Repeat("š", 40) + `"…: it has more than 100 characters`},
		{"many districts", "districts", "A,2020-01-01," + strings.Repeat("a;", 100) + "b", "districts: there are more than 100"},
		{"channel", "channel", "A,2020-01-01,phone", "channel: it is not post, email or web"},
		{"language", "language", "A,2020-01-01,lietuvių", "language: it is not a language such as lt or en"},
		{"language with a region", "language", "A,2020-01-01,en-GB", ""},
		{"attribute", "disability", "A,2020-01-01,yes", `disability: "yes" is not true or false`},
		{"bound", "net_income_cents", "A,2020-01-01,-1", `net_income_cents: "-1" is less than 0`},
		{"NUL", "given_name", "A,2020-01-01,O\x00na", "given_name: byte 2 of the cell is the control character U+0000: remove it"},
		{"not UTF-8", "given_name", "A,2020-01-01,On\xe0", "given_name: byte 3 of the cell is not UTF-8: save the file as UTF-8"},
		{"line break", "given_name", "A,2020-01-01,\"O\nna\"", "given_name: byte 2 of the cell is a line break, which cannot stand here: remove it"},
		{"line break in an address", "address", "A,2020-01-01,\"Gatvė\nVilnius\"", ""},
		{"long name", "given_name", "A,2020-01-01," + strings.Repeat("o", 201), "given_name: it has more than 200 characters"},
		{"bare quote", "given_name", `A,2020-01-01,O"na`, "a cell with quotes in it is not quoted as a whole: put it in quotes, and double the quotes inside"},
		{"quote inside", "given_name", `A,2020-01-01,"O"na`, "a quoted cell does not end where it should: close the quote, and double quotes that stand inside"},
	} {
		header := "reference,registered_at"
		if c.header != "" {
			header += "," + c.header
		}
		good := "B,2020-01-01" + strings.Repeat(",", strings.Count(header, ",")-1)
		o := options
		o.Zone = time.FixedZone("Vilnius", 2*3600)
		rows, faults := readAll(header+"\n"+c.row+"\n"+good+"\n", o)
		want, n := "", 2
		if c.want != "" {
			want, n = "2: "+c.want+"\n", 1
		}
		if faults != want || len(rows) != n {
			t.Errorf("%s: %d rows, faults:\n%swant:\n%s", c.name, len(rows), faults, want)
		}
	}
}

func TestEveryFaultIsToldAtOnce(t *testing.T) {
	_, faults := readAll("reference,registered_at,disability,list\nA/1,yesterday,maybe,old\nB,2020-01-01,,\nB,2020-01-01,,\n\nB,2020-01-01,1,\n", options)
	want := `2: reference: "A/1" has a character other than A-Z a-z 0-9 . _ -
2: registered_at: "yesterday" is neither a time nor a date: write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01
2: disability: "maybe" is not true or false
2: list: "old" is not a list of the policy: use one of general, young
4: reference: "B" stands in line 3 already
6: disability: "1" is not true or false
6: reference: "B" stands in line 3 already
`
	if faults != want {
		t.Errorf("faults:\n%swant:\n%s", faults, want)
	}
}

func TestUnclosedQuote(t *testing.T) {
	for _, c := range []struct {
		text, want string
		rows       int
		fatal      bool
	}{
		{"A,2020-01-01,\"Ona\n", "3: a quoted cell does not end where it should: close the quote, and double quotes that stand inside\n", 1, false},
		{"A,2020-01-01,\"Ona\nB,2020-01-01,Ada\nC,2020-01-01,Ema\n",
			"3: a quoted cell does not end where it should: close the quote, and double quotes that stand inside; lines 3 to 5 were taken for one row\n", 1, true},
		{"A,2020-01-01,\"Ona\nB,2020-01-01,\"Ada\"\nC,2020-01-01,Ema\n",
			"3: a quoted cell does not end where it should: close the quote, and double quotes that stand inside; lines 3 to 4 were taken for one row\n", 2, true},
	} {
		text := "reference,registered_at,given_name\nZ,2020-01-01,\n" + c.text
		rows, faults := readAll(text, options)
		if faults != c.want || len(rows) != c.rows {
			t.Errorf("%q: %d rows, faults:\n%swant:\n%s", c.text, len(rows), faults, c.want)
		}
		for _, fault := range Applications(strings.NewReader(text), options) {
			if fault != nil && fault.Fatal != c.fatal {
				t.Errorf("%q: fatal is %v", c.text, fault.Fatal)
			}
		}
	}
}

// endless is a quoted cell without an end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	e.read += len(p)
	return len(p), nil
}

func TestRowsAreBounded(t *testing.T) {
	for _, start := range []string{"\"", ""} {
		more := &endless{}
		var last *Fault
		for _, fault := range Applications(io.MultiReader(strings.NewReader("reference,registered_at\nA,2020-01-01\n"+start), more), options) {
			last = fault
		}
		if last == nil || !last.Fatal || last.Line != 3 || !errors.Is(last, errLongRow) {
			t.Errorf("an endless row: %v", last)
		}
		if more.read > 4*maxRow {
			t.Errorf("%d bytes were read of a row that cannot be longer than %d", more.read, maxRow)
		}
	}
}

func TestReaderFails(t *testing.T) {
	broken := errors.New("the connection is gone")
	for _, start := range []string{"", "reference,registered_at\n", "reference,registered_at\nA,2020", "reference,registered_at\nA,\"2020"} {
		var last *Fault
		for row, fault := range Applications(io.MultiReader(strings.NewReader(start), iotest.ErrReader(broken)), options) {
			if fault == nil {
				t.Errorf("%q: a row from half a file: %v", start, row)
			}
			last = fault
		}
		if last == nil || !last.Fatal || !errors.Is(last, broken) {
			t.Errorf("%q: %v", start, last)
		}
	}
}

func TestFailureAfterSeveralLines(t *testing.T) {
	start := "reference,registered_at,address\nA,2020-01-01,\"a\nb\nc\"\n"
	var last *Fault
	for _, fault := range Applications(io.MultiReader(strings.NewReader(start+"\""), &endless{}), options) {
		last = fault
	}
	if last == nil || last.Line != 5 {
		t.Errorf("the row after lines 2 to 4: %v", last)
	}
}

func TestLongFile(t *testing.T) {
	const n = 20000
	text := file(n)
	if len(text) < 2*maxRow {
		t.Fatalf("the file has only %d bytes", len(text))
	}
	o := Options{Today: today, Now: now, Attributes: registerAttributes}
	rows, faults := readAll(text, o)
	if len(rows) != n || faults != "" || rows[n-1].Line != n+1 {
		t.Errorf("%d rows, faults:\n%s", len(rows), faults)
	}
}

func TestCallerStops(t *testing.T) {
	text := "reference,registered_at,list\nA,2020-01-01,\nA,x,y\nB,2020-01-01,\n"
	for stop := 1; stop < 6; stop++ {
		n := 0
		for range Applications(strings.NewReader(text), options) {
			if n++; n == stop {
				break
			}
		}
		if n > stop {
			t.Errorf("%d after stopping at %d", n, stop)
		}
	}
}
