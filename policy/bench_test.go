package policy

import (
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A million households are re-evaluated in seconds when one takes at most 10 µs.
func BenchmarkEvaluate(b *testing.B) {
	for name, members := range map[string]string{"one": "self/F/1985-02-03", "five": "self/F/1985-02-03;partner/M/1984-01-01;child/M/2015-05-05;child/F/2017-05-05;child/F/2019-05-05"} {
		b.Run(name, func(b *testing.B) {
			p := shippedPolicy(b, "lt-vilnius")
			e := p.Evaluator("seed")
			app := household(b, p, members, "declared_residence=Vilnius", "net_income_cents=500000", "assets_cents=0", "declared_year=2024", "owns_home=false")
			date := on(b, "2025-06-01")
			if v := e.Evaluate(app, date); v.Eligibility != eilev1.Eligibility_ELIGIBILITY_YES {
				b.Fatal(v.Reasons)
			}
			b.ReportAllocs()
			for b.Loop() {
				e.Evaluate(app, date)
			}
		})
	}
}

func BenchmarkEvaluateRefused(b *testing.B) {
	p := shippedPolicy(b, "lt-vilnius")
	e := p.Evaluator("seed")
	app := household(b, p, "self/F/1985-02-03", "declared_residence=Kaunas", "net_income_cents=90000000", "assets_cents=90000000", "declared_year=2014", "owns_home=false")
	date := on(b, "2025-06-01")
	b.ReportAllocs()
	for b.Loop() {
		e.Evaluate(app, date)
	}
}

func BenchmarkSuitable(b *testing.B) {
	p := shippedPolicy(b, "lt-vilnius")
	e := p.Evaluator("seed")
	app := household(b, p, "self/F/1985-02-03")
	unit := &eilev1.Unit{AreaSqm: &eilev1.Decimal{Units: 35}}
	date := on(b, "2025-06-01")
	b.ReportAllocs()
	for b.Loop() {
		e.Suitable(app, unit, date)
	}
}

func BenchmarkLoad(b *testing.B) {
	source, _ := ShippedSource("lt-vilnius")
	for b.Loop() {
		if _, err := Load("lt-vilnius.yaml", source); err != nil {
			b.Fatal(err)
		}
	}
}
