package table

import (
	"fmt"
	"strings"
	"testing"
)

// file writes n rows of the columns that a real register has.
func file(n int) string {
	var b strings.Builder
	b.WriteString("reference,registered_at,members,districts,net_income_cents,disability\n")
	for i := range n {
		fmt.Fprintf(&b, "VLN-%07d,2015-03-%02dT09:%02d:00+02:00,self/F/1985-02-03;child/M/2015-05-05,Naujamiestis;Žirmūnai,%d,%t\n",
			i, 1+i%28, i%60, 400000+i, i%7 == 0)
	}
	return b.String()
}

var registerAttributes = []Attribute{{Name: "net_income_cents", Type: Int}, {Name: "disability", Type: Bool}}

func BenchmarkApplications(b *testing.B) {
	const rows = 20000
	text := file(rows)
	o := Options{Today: on("2026-11-21"), Now: now, Attributes: registerAttributes}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for _, fault := range Applications(strings.NewReader(text), o) {
			if fault != nil {
				b.Fatal(fault)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkDigest(b *testing.B) {
	var rows []ApplicationRow
	for row, fault := range Applications(strings.NewReader(file(1)), Options{Today: on("2026-11-21"), Now: now, Attributes: registerAttributes}) {
		if fault != nil {
			b.Fatal(fault)
		}
		rows = append(rows, row)
	}
	for b.Loop() {
		Digest(rows[0].Application, rows[0].Person)
	}
}
