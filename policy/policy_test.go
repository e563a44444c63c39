package policy

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// shippedPolicy loads a policy that comes with the program.
func shippedPolicy(t testing.TB, name string) *Policy {
	t.Helper()
	source, ok := ShippedSource(name)
	if !ok {
		t.Fatalf("no shipped policy %s", name)
	}
	p, err := Load(name+".yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func on(t testing.TB, s string) day.Day {
	t.Helper()
	d, err := day.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func reasonCodes(reasons []*eilev1.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.GetCode())
	}
	return out
}

// household builds an application from MEMBERS and pairs of attribute=value.
func household(t testing.TB, p *Policy, members string, facts ...string) *eilev1.Application {
	t.Helper()
	app := &eilev1.Application{Reference: "A1", RegisteredAt: "2014-01-01", Attributes: map[string]*eilev1.Fact{}}
	if members != "" {
		list, err := table.ParseMembers(members, on(t, "2026-12-31"))
		if err != nil {
			t.Fatal(err)
		}
		app.Household = &eilev1.Household{Members: list}
	}
	setFacts(t, p, ApplicationKind, app.Attributes, facts...)
	return app
}

func setFacts(t testing.TB, p *Policy, kind Kind, into map[string]*eilev1.Fact, facts ...string) {
	t.Helper()
	for _, pair := range facts {
		name, value, _ := strings.Cut(pair, "=")
		for _, a := range p.Attributes(kind) {
			if a.Name != name {
				continue
			}
			fact, err := table.ParseFact(a, value)
			if err != nil {
				t.Fatalf("%s: %v", pair, err)
			}
			into[name] = fact
		}
		if into[name] == nil {
			t.Fatalf("%s is not declared", name)
		}
	}
}

// shared opens a file of the reference data that lies beside the project; the test is skipped where
// it does not.
func shared(t testing.TB, parts ...string) []byte {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "shared"}, parts...)...)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the reference data is not here: %v", err)
	}
	return data
}

// minimal is the smallest policy, with extra parts appended and NAME lines replaced by them.
func minimal(extra string) string {
	return `name: test
version: "1"
title: {en: Test, lt: Bandymas}
time_zone: UTC
in_force: {from: 2020-01-01}
lists: [{code: general, title: {en: General}}]
order: [{by: registered_at}]
offers: {days_to_answer: 10, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
mode: choice
` + extra
}

// everyPart uses each part of a file once.
//
//go:embed testdata/parts.yaml
var everyPart string

func loaded(t testing.TB, extra string) *Policy {
	t.Helper()
	p, err := Load("test.yaml", []byte(minimal(extra)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestShippedPoliciesLoad(t *testing.T) {
	want := []string{"eu-silc", "lt-vilnius", "lt-zone-b", "taipei-points", "toronto-rentsafe", "uk-bands", "uk-decent-homes", "us-nspire"}
	if got := Shipped(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("shipped %v, want %v", got, want)
	}
	for _, name := range want {
		t.Run(name, func(t *testing.T) {
			p := shippedPolicy(t, name)
			if p.Name != name || len(p.SHA256) != 64 || p.Identity().GetVersion() != p.Version {
				t.Errorf("identity %v", p.Identity())
			}
			if o := p.Offers; !o.Knows("location") || o.RefusalsAllowed != 1 || !o.Hold {
				t.Errorf("offers %+v: every shipped policy knows location, and one refusal keeps the place", o)
			}
			if n := len(p.Examples.Households) + len(p.Examples.Units); n < 8 {
				t.Errorf("only %d examples", n)
			}
		})
	}
}

// Everything that people read is there in both languages.
func TestShippedPoliciesSpeakBothLanguages(t *testing.T) {
	for _, name := range Shipped() {
		text, _ := ShippedSource(name)
		raw, err := source.Parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, rules := range [][]source.Rule{raw.Eligibility, raw.Suitability, raw.UnitStandard} {
			for _, r := range rules {
				if !r.Reason.Lt.Set() {
					t.Errorf("%s: %s has no Lithuanian reason", name, r.Code.Text)
				}
			}
		}
		p := shippedPolicy(t, name)
		for _, list := range [][]source.Entry{p.lists, p.hazards, p.Removals} {
			for _, e := range list {
				if e.Title["en"] == "" || e.Title["lt"] == "" {
					t.Errorf("%s: %+v lacks a title", name, e)
				}
			}
		}
		for _, title := range p.titles {
			if title["en"] == "" || title["lt"] == "" {
				t.Errorf("%s: attribute %+v lacks a title", name, title)
			}
		}
		if p.Title("lt") == p.Title("en") {
			t.Errorf("%s: one title for two languages", name)
		}
	}
}
