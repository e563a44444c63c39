package policy

import (
	"testing"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// says is a reason as a policy says it; empty where it does not in that language.
func says(p *Policy, lang string, reason *eilev1.Reason) string {
	said, _ := words.Rules.Sentence(lang, reason, words.Of(p.SHA256, p))
	return said
}

// A reason is a code, typed figures and the hash of its policy, and the policy puts it into words.
func TestReasonsAreToldLater(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	app := household(t, p, "self/F/1985-02-03", "declared_residence=Vilnius", "net_income_cents=90000000", "assets_cents=0", "declared_year=2024")
	v := p.Evaluator("seed").Evaluate(app, on(t, "2025-06-01"))
	if len(v.Reasons) != 1 {
		t.Fatal(v.Reasons)
	}
	reason := v.Reasons[0]
	if reason.GetDetail() != "" || len(reason.GetTexts()) > 0 || reason.GetPolicySha256() != p.SHA256 {
		t.Errorf("the reason is in words: %v", reason)
	}
	args := map[string]*eilev1.Argument{}
	for _, arg := range reason.GetArgs() {
		args[arg.GetName()] = arg
	}
	if args["net_income_cents"].GetCents() != 90_000_000 || args["year"].GetNumber() != 2025 || args["persons"].GetNumber() != 1 || args["vrp"].GetCents() != 22_100 {
		t.Errorf("figures: %v", reason.GetArgs())
	}
	const en = "income 900,000.00 EUR is over the limit 10,166.00 EUR (46 × 221.00) for 1 person in zone A, 2025"
	const lt = "pajamos 900\u00a0000,00 EUR viršija 2025 m. A zonos ribą 10\u00a0166,00 EUR (46 × 221,00), taikomą 1 asmeniui"
	if got := [2]string{says(p, "en", reason), says(p, "lt", reason)}; got != [2]string{en, lt} {
		t.Errorf("says %q", got)
	}
	if said, ok := p.Write("fr", reason); ok || p.Say("fr", reason) != en {
		t.Errorf("in French: %q", said)
	}
	if _, ok := p.Write("en", &eilev1.Reason{Code: "NOWHERE", PolicySha256: p.SHA256}); ok {
		t.Error("the policy says what it does not know")
	}
}

// Two sentences of one code are told apart, and a fact that is missing has the title that the
// policy gives it.
func TestSentencesOfOneCode(t *testing.T) {
	p := loaded(t, `attributes:
  application:
    a: {type: int, title: {en: The a, lt: A}}
eligibility:
  - {code: AGAIN, require: "a > 1", reason: {en: "first {a}", lt: "pirma {a}"}}
  - {code: AGAIN, require: "a > 2", reason: {en: "second {a}", lt: "antra {a}"}}
  - {code: MISSING_A, require: "a > 3", reason: {en: "third {a}"}}
  - {code: EARMARKED, require: "a > 4", reason: {en: "fourth {a}"}}
reserves:
  - {code: old, title: {en: The old, lt: Senjorai}, who: "false", strict: hard}
  - {code: odd, title: {en: The odd}, who: "false", strict: hard}
`)
	e := p.Evaluator("")
	v := e.Evaluate(household(t, p, "", "a=1"), on(t, "2025-06-01"))
	for i, want := range [][2]string{{"first 1", "pirma 1"}, {"second 1", "antra 1"}, {"third 1", ""}, {"fourth 1", ""}} {
		if got := [2]string{says(p, "en", v.Reasons[i]), says(p, "lt", v.Reasons[i])}; got != want {
			t.Errorf("%v says %q, want %q", v.Reasons[i], got, want)
		}
	}
	v = e.Evaluate(household(t, p, ""), on(t, "2025-06-01"))
	if got := [2]string{says(p, "en", v.Reasons[0]), says(p, "lt", v.Reasons[0])}; got != [2]string{"not known: a (The a)", "nežinoma: a (A)"} {
		t.Errorf("missing: %q", got)
	}
	for earmark, want := range map[string][2]string{"old": {"the home is kept for old: The old", "būstas skirtas grupei „Senjorai“"}, "odd": {"the home is kept for odd: The odd", ""}} {
		_, reasons := e.Suitable(household(t, p, ""), &eilev1.Unit{Earmark: earmark}, on(t, "2025-06-01"))
		if got := [2]string{says(p, "en", reasons[0]), says(p, "lt", reasons[0])}; got != want {
			t.Errorf("%s: %q", earmark, got)
		}
	}
}
