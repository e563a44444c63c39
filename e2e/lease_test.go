package e2e

import (
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func (s *service) leases(args ...string) map[string]*eilev1.RentedHome {
	s.t.Helper()
	homes := map[string]*eilev1.RentedHome{}
	for _, home := range read(s, &eilev1.ListLeasesResponse{}, append([]string{"lease", "list"}, args...)...).GetHomes() {
		homes[home.GetUnit()] = home
	}
	return homes
}

// TestARentedHomeGoesBack is the whole story of rented-in homes: let with twelve
// months of lease left and not with a day less, warned of, its tenants rehoused
// before it goes back to its owner, and then out of the stock.
func TestARentedHomeGoesBack(t *testing.T) {
	t.Parallel()
	s := council(t)
	today, _, _ := day.FromProto(s.night("--dry-run").GetOn())
	ends := today.AddMonths(12)
	rented := func(reference string, more ...string) {
		s.flat(reference, "Senamiestis", append([]string{"--tenure", "rented_in", "--owner", "UAB Namai", "--rent-cents", "45000", "--notice-months", "2"}, more...)...)
	}
	s.same("a lease that ends before it starts", func() {
		line := s.refused("unit", "register", "R-9", "--tenure", "rented_in", "--lease-starts-on", today.String(), "--lease-ends-on", today.AddDays(-1).String())
		mustHold(t, line, "lease", "before the start")
		s.refused("unit", "register", "R-9", "--tenure", "owned", "--lease-ends-on", ends.String())
	})
	rented("R-1", "--lease-ends-on", ends.String())
	rented("R-2", "--lease-ends-on", ends.AddDays(-1).String())
	rented("R-3")
	for _, name := range []string{"A-1", "A-2", "A-3"} {
		s.person(name, "2010-01-01")
	}
	run := s.letAll()
	if run.GetMatched() != 1 {
		t.Errorf("%d homes were matched: only one has twelve months of lease left", run.GetMatched())
	}
	s.unitIs("R-1", "LET")

	homes := s.leases()
	for unit, want := range map[string]string{"R-1": "12_MONTHS", "R-2": "12_MONTHS", "R-3": "NO_END_RECORDED"} {
		if got := strings.TrimPrefix(homes[unit].GetWarning().String(), "LEASE_WARNING_"); got != want {
			t.Errorf("the warning of %s is %s, want %s", unit, got, want)
		}
	}
	notice, _, _ := day.FromProto(homes["R-1"].GetNoticeBy())
	tenant := homes["R-1"].GetOccupiedBy()
	if notice != ends.AddMonths(-2) || s.application(tenant).GetHousedOn() == nil || homes["R-1"].GetRentCents() != 45000 {
		t.Errorf("the lease of R-1 is %v", homes["R-1"])
	}
	if near := s.leases("--within", "3", "--on", ends.AddMonths(-3).String()); len(near) != 2 || near["R-1"].GetWarning() != eilev1.LeaseWarning_LEASE_WARNING_3_MONTHS {
		t.Errorf("three months before the end: %v", near)
	}

	// At the last warning the tenant is put up for a transfer, before all others.
	s.flat("S-1", "Senamiestis")
	warned := today
	for ends > warned.AddMonths(3) {
		warned = warned.AddDays(1)
	}
	moved := s.letAll("--on", warned.String())
	if got := moved.GetMatched(); got != 1 {
		t.Errorf("%d homes were matched on the day of the last warning", got)
	}
	s.is("T-R-1", "HOUSED")
	transfer := s.application("T-R-1")
	if transfer.GetTransfer().GetReason() != "LEASE_ENDING" || transfer.GetLinked()[0] != tenant {
		t.Errorf("the transfer is %v", transfer)
	}
	s.unitIs("R-1", "VACANT")

	last := s.night("--on", ends.String())
	if last.GetVacancies() != 1 || last.GetMatched() != 0 {
		t.Errorf("on the last day of the leases %d of %d homes were matched: only that without an end is there", last.GetMatched(), last.GetVacancies())
	}
	s.do("run", "approve", last.GetId(), "--decision", "N-last")
	for _, unit := range []string{"R-1", "R-2"} {
		if home := s.unit(unit); home.GetLeftStockOn() == nil || !strings.Contains(home.GetStatusReason(), "lease ended") {
			t.Errorf("the home that went back: %v", home)
		}
	}
	mustHold(t, s.refused("offer", "create", "A-3", "R-1", "--basis", "EMERGENCY", "--decision", "7"), "LEASE_ENDED")
	stats := read(s, &eilev1.GetStatsResponse{}, "stats")
	f := stats.GetUnits()
	if len(f.GetLeft()) != 1 || f.GetLeft()[0].GetName() != "LEASE_ENDED" || f.GetLeft()[0].GetCount() != 2 || f.GetClosing() != 2 {
		t.Errorf("the stock: %v", f)
	}
}

// Advice and plan answer from the register as it is and leave no trace in it.
func TestAdviceAndPlan(t *testing.T) {
	t.Parallel()
	s, _ := estate(t)
	kinds := file(t, "kinds.csv", "kind,district,area_sqm,adapted,rent_cents\nsmall,Senamiestis,10,false,30000\ncloset,Senamiestis,9.9,false,100\nlarge,Senamiestis,50,false,60000\n")
	s.same("eile rent advise", func() {
		advice := read(s, &eilev1.AdviseRentResponse{}, "rent", "advise", "--kinds", kinds, "--budget", "100000")
		var gains []string
		for _, gain := range advice.GetGains() {
			gains = append(gains, gain.GetKind().GetName())
		}
		if strings.Join(gains, " ") != "small large closet" || advice.GetGains()[2].GetAdditional() != 0 || advice.GetGains()[0].GetSeniorPosition() != 1 {
			t.Errorf("the gains are %v", advice.GetGains())
		}
		// Two wait; a third home would stand empty, whatever is left of the budget.
		if len(advice.GetPurchases()) != 2 || advice.GetSpentCents() != 60000 || advice.GetAdditional() != 2 {
			t.Errorf("the list is %v", advice.GetPurchases())
		}
		bad := file(t, "bad.csv", "kind,rent_cents,pool\nsmall,30000,true\n,1,\n")
		said := s.eile("rent", "advise", "--kinds", bad)
		if said.code != 1 || said.stderr != bad+":3: kind: it is required, and empty\n" {
			t.Errorf("%d %q", said.code, said.stderr)
		}
		bad = file(t, "bad.csv", "kind,rent_cents,pool\nsmall,30000,true\n")
		said = s.eile("rent", "advise", "--kinds", bad)
		if said.code != 1 || said.stderr != bad+":2: pool: the policy declares no such attribute\n" {
			t.Errorf("%d %q", said.code, said.stderr)
		}
		mustHold(t, s.refused("rent", "advise"), "NO_KINDS")
	})
	s.same("eile decommission plan", func() {
		plan := read(s, &eilev1.PlanDecommissionResponse{}, "decommission", "plan")
		if plan.GetFlagged() != 3 || plan.GetPlanned() != 3 || len(plan.GetEffects()) != 1 {
			t.Fatalf("the plan is %v", plan)
		}
		// Three homes of ten square metres were let in the year before: one each four months.
		for i, home := range plan.GetHomes() {
			if home.GetMonth() != int32(4*(i+1)) || home.GetBasis() != eilev1.PlanBasis_PLAN_BASIS_LETTINGS {
				t.Errorf("home %d of the plan is %v", i+1, home)
			}
		}
		if e := plan.GetEffects()[0]; e.GetWaiting() != 2 || e.GetBehind() != 2 || e.GetPlaces() != 3 || e.GetDelayMonths().GetUnits() != 120 {
			t.Errorf("the effect is %v", e)
		}
	})
}
