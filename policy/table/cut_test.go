package table

import (
	"iter"
	"strings"
	"testing"
)

// A sheet, wherever it was cut off, gives rows and faults in words: what is left of its last row is
// one or the other.
func TestACutSheetIsToldInWords(t *testing.T) {
	t.Parallel()
	const (
		applications = "\ufeffreference,registered_at,members,given_name,address,net_income_cents\r\n" +
			"A,2015-03-01T09:00:00+02:00,self/F/1985-02-03;child/M/,Ona,\"Gatvė\n\"\"1\"\"\",100\r\nB,2015-03-01,,Jonas,,\r\n"
		units = "reference,rooms,area_sqm,floor,lift,tenure,lease_ends_on,wear_percent,amenities,status,address\n" +
			"U,2,45.50,-1,true,rented_in,2028-02-29,61,cold_water;kitchen,let,\"Gatvė 1, Vilnius\"\n"
		inspections = "unit,inspected_on,inspector,score,hazards\nU,2026-11-21,Jonas,55,damp;mould\n"
	)
	o := options
	o.Hazards = []string{"damp", "mould"}
	for size := range len(applications) {
		read(t, Applications(strings.NewReader(applications[:size]), o))
	}
	for size := range len(units) {
		read(t, Units(strings.NewReader(units[:size]), o))
	}
	for size := range len(inspections) {
		read(t, Inspections(strings.NewReader(inspections[:size]), o))
	}
}

// read holds each fault of a sheet to be a line of words.
func read[Row any](t *testing.T, rows iter.Seq2[Row, *Fault]) {
	t.Helper()
	for _, fault := range rows {
		if fault == nil {
			continue
		}
		checkFault(t, fault)
		for _, talk := range []string{"nil pointer", "EOF", "parse error", "csv:"} {
			if strings.Contains(fault.Message, talk) {
				t.Errorf("%s", fault.Message)
			}
		}
	}
}
