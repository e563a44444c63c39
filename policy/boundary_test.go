package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// The limits in euro as municipalities publish them, or as they follow from published multiples;
// written out here so that the file is not its own judge.
var publishedLimits = []struct {
	policy, on                         string
	income1, assets1, income2, assets2 int64 // one person; two or three together
	income4, assets4                   int64 // each of four or more
}{
	{"lt-vilnius", "2015-07-01", 3876, 9486, 7752, 17136, 2244, 7650},
	{"lt-vilnius", "2018-07-01", 4636, 11346, 9272, 20496, 2684, 9150},
	{"lt-vilnius", "2020-07-01", 5750, 11625, 11375, 21000, 3250, 9375},
	{"lt-vilnius", "2021-07-01", 5888, 11904, 11648, 21504, 3328, 9600},
	{"lt-vilnius", "2022-07-01", 5934, 11997, 11739, 21672, 3354, 9675},
	{"lt-vilnius", "2023-07-01", 7222, 14601, 14287, 26376, 4082, 11775},
	{"lt-vilnius", "2024-12-31", 8096, 16368, 16016, 29568, 4576, 13200},
	{"lt-vilnius", "2025-01-01", 10166, 20553, 20111, 37128, 5746, 16575},
	{"lt-vilnius", "2026-07-01", 10718, 21669, 21203, 39144, 6058, 17475},
	{"lt-zone-b", "2015-07-01", 3264, 5712, 6426, 11424, 1938, 5712},
	{"lt-zone-b", "2020-07-01", 5000, 7000, 10000, 14000, 2875, 7000},
	{"lt-zone-b", "2021-07-01", 5120, 7168, 10240, 14336, 2944, 7168},
	{"lt-zone-b", "2022-07-01", 5160, 7224, 10320, 14448, 2967, 7224},
	{"lt-zone-b", "2023-07-01", 6280, 8792, 12560, 17584, 3611, 8792},
	{"lt-zone-b", "2024-07-01", 7040, 9856, 14080, 19712, 4048, 9856},
	{"lt-zone-b", "2025-07-01", 8840, 12376, 17680, 24752, 5083, 12376},
	{"lt-zone-b", "2026-07-01", 9320, 13048, 18640, 26096, 5359, 13048},
}

var residences = map[string]string{"lt-vilnius": "Vilnius", "lt-zone-b": "Druskininkai"}

// family returns MEMBERS of n adults.
func family(n int) string {
	members := []string{"self/F/1980-01-01", "partner/M/1980-01-01"}
	for len(members) < n {
		members = append(members, "other/F/1950-01-01")
	}
	return strings.Join(members[:n], ";")
}

func TestLimitsAtAndOneCentBeside(t *testing.T) {
	policies := map[string]*Policy{"lt-vilnius": shippedPolicy(t, "lt-vilnius"), "lt-zone-b": shippedPolicy(t, "lt-zone-b")}
	for _, l := range publishedLimits {
		for persons := 1; persons <= 6; persons++ {
			income, assets := l.income1, l.assets1
			switch {
			case persons >= 4:
				income, assets = l.income4*int64(persons), l.assets4*int64(persons)
			case persons >= 2:
				income, assets = l.income2, l.assets2
			}
			for _, cent := range []int64{-1, 0, 1} {
				p := policies[l.policy]
				app := household(t, p, family(persons), "declared_residence="+residences[l.policy], "owns_home=false", "declared_year=2200",
					fmt.Sprintf("net_income_cents=%d", income*100+cent), fmt.Sprintf("assets_cents=%d", assets*100+cent))
				v := p.Evaluator("").Evaluate(app, on(t, l.on))
				want := []string(nil)
				if cent > 0 {
					want = []string{"INCOME_OVER_LIMIT", "ASSETS_OVER_LIMIT"}
				}
				if got := reasonCodes(v.Reasons); !slices.Equal(got, want) {
					t.Errorf("%s, %s, %d persons, limit %+d cent: %v, want %v", l.policy, l.on, persons, cent, got, want)
				}
			}
		}
	}
}

func TestToleranceOfSittingTenants(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	for _, tt := range []struct {
		on     string
		income int64 // euro cents at the limit of one person
	}{{"2015-07-01", 465120}, {"2020-07-01", 718750}, {"2025-07-01", 1372410}} {
		for cent, want := range map[int64]eilev1.Eligibility{0: eilev1.Eligibility_ELIGIBILITY_YES, 1: eilev1.Eligibility_ELIGIBILITY_NO} {
			app := household(t, p, family(1), "declared_residence=Vilnius", "owns_home=false", "declared_year=2200", "assets_cents=0", "sitting_tenant=true",
				fmt.Sprintf("net_income_cents=%d", tt.income+cent))
			if v := p.Evaluator("").Evaluate(app, on(t, tt.on)); v.Eligibility != want {
				t.Errorf("%s %+d: %v %v", tt.on, cent, v.Eligibility, v.Reasons)
			}
		}
	}
}

func TestHomeTest(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	tests := []struct {
		persons  int
		disabled bool
		area     string
		wear     int
		want     eilev1.Eligibility
	}{
		{1, false, "9.99", 0, eilev1.Eligibility_ELIGIBILITY_YES}, {1, false, "10", 0, eilev1.Eligibility_ELIGIBILITY_NO},
		{1, false, "10.00", 60, eilev1.Eligibility_ELIGIBILITY_NO}, {1, false, "500", 61, eilev1.Eligibility_ELIGIBILITY_YES},
		{3, false, "29.999999999", 60, eilev1.Eligibility_ELIGIBILITY_YES}, {3, false, "30", 60, eilev1.Eligibility_ELIGIBILITY_NO},
		{1, true, "13.99", 0, eilev1.Eligibility_ELIGIBILITY_YES}, {1, true, "14", 0, eilev1.Eligibility_ELIGIBILITY_NO},
		{4, true, "55.99", 0, eilev1.Eligibility_ELIGIBILITY_YES}, {4, true, "56.00", 0, eilev1.Eligibility_ELIGIBILITY_NO},
	}
	for _, tt := range tests {
		app := household(t, p, family(tt.persons), "declared_residence=Vilnius", "declared_year=2200", "assets_cents=0", "net_income_cents=0", "owns_home=true",
			"home_area_sqm="+tt.area, fmt.Sprintf("home_wear_percent=%d", tt.wear), fmt.Sprintf("disability=%t", tt.disabled))
		if v := p.Evaluator("").Evaluate(app, on(t, "2025-07-01")); v.Eligibility != tt.want {
			t.Errorf("%+v: %v %v", tt, v.Eligibility, v.Reasons)
		}
	}
}

// Every row of a member's own facts makes the 14 m² test; a claim on the application does too.
func TestDisabledMember(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	for fact, want := range map[string]int32{
		"": 20, "disability=true": 28, "disability=false": 20, "severe_disability=true": 28, "working_capacity=55": 28, "working_capacity=56": 20, "working_capacity=0": 28,
	} {
		app := household(t, p, "self/F/1980-01-01;child/M/2015-01-01")
		if fact != "" {
			m := app.Household.Members[1]
			m.Attributes = map[string]*eilev1.Fact{}
			setFacts(t, p, MemberKind, m.Attributes, fact)
		}
		if v := p.Evaluator("").Evaluate(app, on(t, "2025-07-01")); v.Need != want {
			t.Errorf("%q: need %d, want %d", fact, v.Need, want)
		}
	}
}

func TestBirthdays(t *testing.T) {
	uk := shippedPolicy(t, "uk-bands")
	tests := []struct {
		members, on string
		need        int32
		due         string
	}{
		// A boy born on 29 February is ten on 1 March of a common year, and shares with his sister
		// until then.
		{"self/F/1980-01-01;child/M/2016-02-29;child/F/2018-06-01", "2026-02-28", 2, "2026-03-01"},
		{"self/F/1980-01-01;child/M/2016-02-29;child/F/2018-06-01", "2026-03-01", 3, "2028-06-01"},
		{"self/F/1980-01-01;child/M/2004-02-29;child/M/2007-01-01", "2025-02-28", 2, "2025-03-01"},
		{"self/F/1980-01-01;child/M/2004-02-29;child/M/2007-01-01", "2025-03-01", 3, "2028-01-01"},
		{"self/F/1980-01-01;child/M/2015-06-01;child/F/2018-06-01", "2025-05-31", 2, "2025-06-01"},
		{"self/F/1980-01-01;child/M/2015-06-01;child/F/2018-06-01", "2025-06-01", 3, "2028-06-01"},
	}
	for _, tt := range tests {
		v := uk.Evaluator("").Evaluate(household(t, uk, tt.members, "band=A"), on(t, tt.on))
		if v.Need != tt.need || v.NextDue.String() != tt.due {
			t.Errorf("%s on %s: need %d due %s, want %d due %s", tt.members, tt.on, v.Need, v.NextDue, tt.need, tt.due)
		}
	}
	taipei := shippedPolicy(t, "taipei-points")
	for registered, want := range map[string]bool{"2025-05-31": true, "2025-06-01": false} {
		app := household(t, taipei, "self/F/1990-01-01;child/M/2018-06-01", "unit_type=2-bedroom")
		app.RegisteredAt = registered
		six := household(t, taipei, "", "unit_type=2-bedroom", "points=5")
		e := taipei.Evaluator("")
		if before := string(e.Evaluate(app, on(t, "2026-01-01")).OrderKey) < string(e.Evaluate(six, on(t, "2026-01-01")).OrderKey); before != want {
			t.Errorf("registered on %s: six points before five is %t", registered, before)
		}
	}
}
