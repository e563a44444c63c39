package table

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func readKinds(file string) (rows []KindRow, faults []string) {
	for row, fault := range Kinds([]byte(file)) {
		if fault != nil {
			faults = append(faults, fault.Error())
			continue
		}
		rows = append(rows, row)
	}
	return rows, faults
}

func TestKinds(t *testing.T) {
	rows, faults := readKinds("\ufeffkind,district,rooms,area_sqm,floor,lift,adapted,rent_cents,lease_months,unit_type\r\n" +
		"small,Senamiestis,1,28.5,-1,true,false,32000,120,studio\r\nbare,,,,,,,1,,\r\n")
	want := []KindRow{
		{2, &eilev1.RentKind{
			Name: "small", District: "Senamiestis", Rooms: new(int32(1)), AreaSqm: &eilev1.Decimal{Units: 285, Scale: 1}, Floor: new(int32(-1)),
			Lift: new(true), Adapted: new(false), RentCents: 32000, LeaseMonths: new(int32(120)),
			Attributes: map[string]*eilev1.Fact{"unit_type": {Value: &eilev1.Fact_StringValue{StringValue: "studio"}}},
		}},
		{3, &eilev1.RentKind{Name: "bare", RentCents: 1}},
	}
	if len(faults) > 0 || !slices.EqualFunc(rows, want, func(a, b KindRow) bool { return a.Line == b.Line && proto.Equal(a.Kind, b.Kind) }) {
		t.Errorf("%v %v", rows, faults)
	}
}

func TestKindsThatAreWrong(t *testing.T) {
	for file, want := range map[string]string{
		"":                                      "1: the file is empty: it needs a header row",
		"kind\nsmall\n":                         "1: rent_cents: the column is required, and missing in the header",
		"kind,rent_cents,Rooms\n":               "1: Rooms: unknown column: is it rooms?",
		"kind,rent_cents\nsmall,\n":             "2: rent_cents: it is required, and empty",
		"kind,rent_cents\n,5\n":                 "2: kind: it is required, and empty",
		"kind,rent_cents\nsmall,0\n":            "2: rent_cents: \"0\" is not 1 to 1000000000",
		"kind,rent_cents\nsmall,-5\n":           "2: rent_cents: \"-5\" is not 1 to 1000000000",
		"kind,rent_cents\nsmall,4.50\n":         "2: rent_cents: ",
		"kind,rent_cents\na,1\na,2\n":           "3: kind: \"a\" is the name of line 2 too",
		"kind,rent_cents,rooms\na,1,0\n":        "2: rooms: ",
		"kind,rent_cents,area_sqm\na,1,0\n":     `2: area_sqm: "0" is not more than 0`,
		"kind,rent_cents,adapted\na,1,yes\n":    "2: adapted: ",
		"kind,rent_cents,lease_months\na,1,0\n": "2: lease_months: ",
	} {
		if _, faults := readKinds(file); len(faults) == 0 || !strings.Contains(strings.Join(faults, "\n"), want) {
			t.Errorf("%q: %q, want %q", file, faults, want)
		}
	}
}

// Every row is a kind or has a fault, whatever stands in the file.
func FuzzKinds(f *testing.F) {
	f.Add("kind,rent_cents,heated\nsmall,32000,true\n")
	f.Add("kind;rent_cents\na;1\n")
	f.Add("kind,rent_cents\n\"a,1\n")
	f.Fuzz(func(t *testing.T, file string) {
		rows, faults := readKinds(file)
		for _, row := range rows {
			if row.Kind.GetName() == "" || row.Kind.GetRentCents() < 1 || row.Line < 2 {
				t.Errorf("%v", row)
			}
		}
		if again, same := readKinds(file); len(again) != len(rows) || fmt.Sprint(same) != fmt.Sprint(faults) {
			t.Errorf("read again: %d rows, %q", len(again), same)
		}
	})
}
