package table

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func TestUnits(t *testing.T) {
	const text = "reference,district,address,rooms,area_sqm,floor,lift,adapted,tenure,lease_ends_on,wear_percent,amenities,earmark,status,heated\n" +
		"U1,Centras,Gatvė 1,2,45.50,-1,true,false,rented_in,2028-02-29,61,cold_water;kitchen,large,under_repair,false\n" +
		"U2,,,,,,,,,,,none,,let,\n" +
		"U3,,,,,,,,owned,,0,,,,\n"
	o := Options{Today: today, Attributes: []Attribute{{Name: "heated", Type: Bool}}, Reserves: []string{"large"}}
	truth := func(b bool) *eilev1.Fact { return &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: b}} }
	want := []*eilev1.Unit{
		{
			Reference: "U1", District: "Centras", Address: "Gatvė 1", Rooms: proto.Int32(2), AreaSqm: &eilev1.Decimal{Units: 4550, Scale: 2},
			Floor: proto.Int32(-1), Lift: proto.Bool(true), Adapted: proto.Bool(false), Tenure: eilev1.Tenure_TENURE_RENTED_IN,
			Lease: &eilev1.Lease{EndsOn: on("2028-02-29").Proto()}, WearPercent: proto.Int32(61),
			Amenities: &eilev1.Amenities{Present: []eilev1.Amenity{eilev1.Amenity_AMENITY_COLD_WATER, eilev1.Amenity_AMENITY_KITCHEN}},
			Earmark:   "large", Status: eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR, Attributes: map[string]*eilev1.Fact{"heated": truth(false)},
		},
		{Reference: "U2", Amenities: &eilev1.Amenities{}, Status: eilev1.UnitStatus_UNIT_STATUS_LET},
		{Reference: "U3", Tenure: eilev1.Tenure_TENURE_OWNED, WearPercent: proto.Int32(0), Status: eilev1.UnitStatus_UNIT_STATUS_VACANT},
	}
	n := 0
	for row, fault := range Units(strings.NewReader(text), o) {
		if fault != nil {
			t.Fatal(fault)
		}
		if row.Line != n+2 || !proto.Equal(row.Unit, want[n]) {
			t.Errorf("row %d is %v\nwant %v", row.Line, row.Unit, want[n])
		}
		n++
	}
	if n != len(want) {
		t.Errorf("%d rows", n)
	}
}

func TestUnitFaults(t *testing.T) {
	for _, c := range []struct{ column, cell, want string }{
		{"rooms", "0", `"0" is not 1 to 100`},
		{"rooms", "two", `"two" is not a whole number: write digits only, such as 1200`},
		{"area_sqm", "45,5", `"45,5" is not a decimal number: write it with a point, such as 12.5`},
		{"area_sqm", "0.0", `"0.0" is not more than 0`},
		{"floor", "-11", `"-11" is not -10 to 200`},
		{"lift", "yes", `"yes" is not true or false`},
		{"adapted", "no", `"no" is not true or false`},
		{"tenure", "OWNED", `"OWNED" is not owned or rented_in`},
		{"lease_ends_on", "2023-02-29", "2023-02-29 is not a date: February 2023 has 28 days"},
		{"wear_percent", "101", `"101" is not 0 to 100`},
		{"amenities", "none;gas", "none stands beside others: write none alone, or leave it out"},
		{"amenities", "gas;gas", `amenity "gas" stands there twice`},
		{"amenities", "sauna", `"sauna" is not an amenity: use cold_water, hot_water, sewerage, toilet, bath, heating, electricity, gas, kitchen, or none alone`},
		{"earmark", "small", `"small" is not a reserve of the policy, which has none`},
		{"status", "offered", `"offered" is not vacant, let or under_repair`},
		{"district", "Centras ", `"Centras " begins or ends with a space: remove it`},
		{"address", strings.Repeat("a", 501), "it has more than 500 characters"},
	} {
		var faults []string
		for _, fault := range Units(strings.NewReader("reference,"+c.column+"\nU1,\""+c.cell+"\"\n"), Options{Today: today, Reserves: []string{}}) {
			faults = append(faults, fmt.Sprint(fault))
		}
		if got, want := strings.Join(faults, "\n"), "2: "+c.column+": "+c.want; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	var faults []string
	const text = "reference,tenure,lease_ends_on\nU1,owned,2030-01-01\nU2,rented_in,2030-01-01\nU2,,2030-01-01\n"
	for _, fault := range Units(strings.NewReader(text), Options{Today: today}) {
		if fault != nil {
			faults = append(faults, fault.Error())
		}
	}
	if got := strings.Join(faults, "\n"); got != "2: lease_ends_on: a home that is owned has no lease: clear it, or write rented_in as tenure\n"+
		`4: reference: "U2" stands in line 3 already` {
		t.Errorf("faults:\n%s", got)
	}
}

func TestInspections(t *testing.T) {
	const text = "hazards,unit,inspected_on,inspector,score,leaks\ndamp;mould,U1,2026-11-21,Jonas,55,3\n,U1,2020-02-29,,,\n"
	o := Options{Today: today, Attributes: []Attribute{{Name: "leaks", Type: Int}}, Hazards: []string{"damp", "mould"}}
	want := []*eilev1.Inspection{
		{
			Unit: "U1", InspectedOn: today.Proto(), Inspector: "Jonas", Score: proto.Int32(55), Hazards: []string{"damp", "mould"},
			Attributes: map[string]*eilev1.Fact{"leaks": {Value: &eilev1.Fact_IntValue{IntValue: 3}}},
		},
		{Unit: "U1", InspectedOn: on("2020-02-29").Proto()},
	}
	n := 0
	for row, fault := range Inspections(strings.NewReader(text), o) {
		if fault != nil {
			t.Fatal(fault)
		}
		if row.Line != n+2 || !proto.Equal(row.Inspection, want[n]) {
			t.Errorf("row %d is %v\nwant %v", row.Line, row.Inspection, want[n])
		}
		n++
	}
	if n != len(want) {
		t.Errorf("%d rows", n)
	}
	for cells, want := range map[string]string{
		"U 1,2020-01-01,,":       `2: unit: "U 1" has a character other than A-Z a-z 0-9 . _ -`,
		",2020-01-01,,":          "2: unit: it is required, and empty",
		"U1,,,":                  "2: inspected_on: it is required, and empty",
		"U1,2026-11-22,,":        "2: inspected_on: 2026-11-22 is in the future, after 2026-11-21",
		"U1,21.11.2026,,":        `2: inspected_on: "21.11.2026" is not a date: write YYYY-MM-DD`,
		"U1,2020-01-01,101,":     `2: score: "101" is not 0 to 100`,
		"U1,2020-01-01,,rats":    `2: hazards: "rats" is not a hazard of the policy: use one of damp, mould`,
		"U1,2020-01-01,,damp;":   "2: hazards: hazard 2 of 2 is empty: remove the ; too many",
		"U1,2020-01-01,1.5,rats": `2: score: "1.5" is not a whole number: write digits only, such as 1200` + "\n" + `2: hazards: "rats" is not a hazard of the policy: use one of damp, mould`,
	} {
		var faults []string
		for _, fault := range Inspections(strings.NewReader("unit,inspected_on,score,hazards\n"+cells+"\n"), o) {
			faults = append(faults, fmt.Sprint(fault))
		}
		if got := strings.Join(faults, "\n"); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
