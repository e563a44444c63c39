package table

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func FuzzApplications(f *testing.F) {
	const header = "reference,registered_at,members,districts,given_name,address,list,channel,net_income_cents,home_area_sqm,disability\n"
	f.Add(header + "A,2015-03-01T09:00:00+02:00,self/F/1985-02-03;child/M/,Centras,Ona,\"Gatvė\r\n1\",general,post,100,45.5,true\n")
	f.Add("\ufeff" + header + "A,2015-03-01,,,,,,,,,\r\n\r\nA,2015-03-01,,,,,,,,,\r\n")
	f.Add(header + "A,2015-03-01,\"self/F/\nB,2015-03-01,,,,,,,,,")
	f.Add(header + "A,\"2015\"x,,,,,,,,,\nB\xff,2023-02-31,cousin,;,O\x00,,old,fax,1.5,1e9,yes\n")
	f.Add("reference;registered_at\n")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for row, fault := range Applications(strings.NewReader(text), options) {
			line := row.Line
			if fault != nil {
				checkFault(t, fault)
				if row != (ApplicationRow{}) {
					t.Fatalf("%v comes with %v", fault, row)
				}
				line = fault.Line
			} else {
				checkRow(t, row)
			}
			if line < last || line < 1 || line > strings.Count(text, "\n")+2 {
				t.Fatalf("line %d after line %d", line, last)
			}
			last = line
		}
	})
}

func checkFault(t *testing.T, f *Fault) {
	t.Helper()
	if f.Message == "" || strings.Contains(f.Message, "\n") {
		t.Fatalf("%q is not a line", f.Message)
	}
	if !strings.HasPrefix(f.Error(), fmt.Sprint(f.Line, ": ")) || !strings.HasSuffix(f.Error(), f.Message) {
		t.Fatalf("%q is not a fault of line %d", f.Error(), f.Line)
	}
}

// checkRow holds that a row is valid, can be stored, and is read as the same when it is written
// again.
func checkRow(t *testing.T, row ApplicationRow) {
	t.Helper()
	if err := protovalidate.Validate(row.Application); err != nil {
		t.Fatalf("line %d: %v", row.Line, err)
	}
	if row.Person != nil {
		if err := protovalidate.Validate(row.Person); err != nil {
			t.Fatalf("line %d: %v", row.Line, err)
		}
	}
	if _, err := proto.Marshal(row.Application); err != nil {
		t.Fatal(err)
	}
	text := write(t, row)
	for again, fault := range Applications(strings.NewReader(text), options) {
		if fault != nil {
			t.Fatalf("%s: %v", text, fault)
		}
		if !proto.Equal(again.Application, row.Application) || !proto.Equal(again.Person, row.Person) {
			t.Fatalf("%s is %v, %v", text, again.Application, again.Person)
		}
		if !bytes.Equal(Digest(again.Application, again.Person), Digest(row.Application, row.Person)) {
			t.Fatalf("%s has another digest", text)
		}
	}
}

// write writes the row as a file.
func write(t *testing.T, row ApplicationRow) string {
	t.Helper()
	a, p := row.Application, row.Person
	header := []string{
		"reference", "registered_at", "register_number", "list", "members", "districts",
		"given_name", "family_name", "personal_code", "email", "phone", "address", "language", "channel",
	}
	cells := []string{
		a.GetReference(), a.GetRegisteredAt(), a.GetRegisterNumber(), a.GetList(), FormatMembers(a.GetHousehold().GetMembers()),
		strings.Join(a.GetDistricts(), ";"), p.GetGivenName(), p.GetFamilyName(), p.GetPersonalCode(), p.GetEmail(), p.GetPhone(),
		p.GetAddress(), p.GetLanguage(), "",
	}
	for word, channel := range channels {
		if channel == p.GetChannel() {
			cells[len(cells)-1] = word
		}
	}
	for name, f := range a.GetAttributes() {
		header, cells = append(header, name), append(cells, cellOf(f))
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll([][]string{header, cells}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func cellOf(f *eilev1.Fact) string {
	switch v := f.GetValue().(type) {
	case *eilev1.Fact_BoolValue:
		return fmt.Sprint(v.BoolValue)
	case *eilev1.Fact_IntValue:
		return fmt.Sprint(v.IntValue)
	case *eilev1.Fact_DecimalValue:
		u, s, sign := v.DecimalValue.GetUnits(), int(v.DecimalValue.GetScale()), ""
		digits := fmt.Sprintf("%0*d", s+1, max(u, -u))
		if u < 0 {
			sign = "-"
		}
		if s == 0 {
			return sign + digits
		}
		return sign + digits[:len(digits)-s] + "." + digits[len(digits)-s:]
	case *eilev1.Fact_DateValue:
		d, _, _ := day.FromProto(v.DateValue)
		return d.String()
	}
	return f.GetStringValue()
}

func FuzzUnits(f *testing.F) {
	const header = "reference,rooms,area_sqm,floor,lift,tenure,lease_ends_on,wear_percent,amenities,status,earmark,district,address\n"
	f.Add(header + "U,2,45.50,-1,true,rented_in,2028-02-29,61,cold_water;kitchen,let,large,Centras,Gatvė 1\n")
	f.Add(header + "U,0,-1,999,yes,owned,2028-02-29,101,none;gas,sold,small,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		for row, fault := range Units(strings.NewReader(text), Options{Today: today, Reserves: []string{"large"}}) {
			if fault != nil {
				checkFault(t, fault)
			} else if err := protovalidate.Validate(row.Unit); err != nil {
				t.Fatalf("line %d: %v", row.Line, err)
			}
		}
	})
}

func FuzzInspections(f *testing.F) {
	f.Add("unit,inspected_on,inspector,score,hazards\nU,2026-11-21,Jonas,55,damp;mould\nU,2026-11-22,,-1,rats\n")
	f.Fuzz(func(t *testing.T, text string) {
		for row, fault := range Inspections(strings.NewReader(text), Options{Today: today, Hazards: []string{"damp", "mould"}}) {
			if fault != nil {
				checkFault(t, fault)
			} else if err := protovalidate.Validate(row.Inspection); err != nil {
				t.Fatalf("line %d: %v", row.Line, err)
			}
		}
	})
}

// TestFaultsRepeatNoPersonalData spoils every personal cell in every way, and looks for what was in
// it.
func TestFaultsRepeatNoPersonalData(t *testing.T) {
	const secret = "Onaityte48502031234"
	for _, column := range []string{"given_name", "family_name", "personal_code", "email", "phone", "address", "language", "channel"} {
		for _, cell := range []string{
			secret, secret + "\x00", secret + "\xff", "\"" + secret, secret + "\"", "\"" + secret + "\"x", "\"" + secret + "\nx\"", secret + ",", strings.Repeat(secret, 40),
		} {
			text := "reference,registered_at," + column + "\nA,2020-01-01," + cell + "\nA,2020-01-01,\n"
			for _, fault := range Applications(strings.NewReader(text), options) {
				if fault != nil && strings.Contains(fault.Error(), secret) {
					t.Errorf("%s: %v", column, fault)
				}
			}
		}
	}
	for _, members := range []string{"self/F/1985-2-03", "self F 1985-02-03", "self/F/1985-02-03 ", "self/1985-02-03/F", "self/F/03.02.1985", "1985-02-03/F/self", "self/F//1985-02-03"} {
		if _, err := ParseMembers(members, today); err == nil || strings.Contains(err.Error(), "1985") {
			t.Errorf("%q: %v", members, err)
		}
	}
}
