package e2e

import (
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// What the register keeps of why, of a night long done as of a list, is said in the language of who
// asks, not of who was there when it happened.
func TestKeptReasonsSpeakTheLanguageAskedFor(t *testing.T) {
	t.Parallel()
	s := city(t, household("FIRST", "2009-01-01"), household("RICH", "2005-01-01", "net_income_cents", "99999999"))
	s.do("unit", "register", "N-1", "--area-sqm", "30", "--wear-percent", "10", "--amenities", fitted, "--tenure", "OWNED")
	s.do("unit", "register", "WORN", "--area-sqm", "30", "--wear-percent", "70", "--amenities", fitted, "--tenure", "OWNED")
	run := s.night().GetId()
	s.do("application", "suspend", "FIRST", "--decision", "1", "--reason", "abroad")
	if done := read(s, &eilev1.Run{}, "run", "approve", run, "--decision", "2"); done.GetOffersCreated() != 0 {
		t.Fatalf("FIRST is suspended and got an offer: %v", done)
	}
	for _, test := range []struct {
		en, lt string
		ask    []string
	}{
		{"is SUSPENDED", "prašymo FIRST būsena: sustabdytas", []string{"run", "get", run}},
		{"is SUSPENDED", "prašymo FIRST būsena: sustabdytas", []string{"run", "explain", run, "--application", "FIRST"}},
		{"is over the limit", "viršija", []string{"application", "list", "--eligibility", "NO"}},
		{"is over the limit", "viršija", []string{"application", "get", "RICH"}},
		{"over 60 %", "nusidėvėjęs 70 %", []string{"flag", "list"}},
		{"over 60 %", "nusidėvėjęs 70 %", []string{"unit", "vacant"}},
	} {
		mustHold(t, s.do(test.ask...), test.en)
		for _, format := range []string{"table", "json"} {
			mustHold(t, s.do(append(test.ask, "--lang", "lt", "-o", format)...), test.lt)
		}
	}
}
