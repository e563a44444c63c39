package e2e

import (
	"fmt"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// vacant reads the report as "unit days state reason", one line a home.
func (s *service) vacant(args ...string) []string {
	s.t.Helper()
	var lines []string
	for _, home := range read(s, &eilev1.ListVacanciesResponse{}, append([]string{"unit", "vacant"}, args...)...).GetHomes() {
		lines = append(lines, fmt.Sprintf("%s %d %s %s", home.GetUnit(), home.GetDaysEmpty(),
			spell.Name(home.GetState()), spell.Name(home.GetVacancy().GetReason())))
	}
	return lines
}

// TestVacantHomesSayWhy follows homes over several days: why each is vacant,
// since when, what it waits for, and that the days empty add up.
func TestVacantHomesSayWhy(t *testing.T) {
	t.Parallel()
	s := council(t)
	s.flat("B-flagged", "Pilaitė", "--wear-percent", "80")
	s.flat("C-unknown", "Pilaitė", "--wear-percent", "")
	s.flat("A-fit", "Pilaitė")
	s.flat("D-small", "Pilaitė", "--area-sqm", "5")
	s.person("W-1", "2011-01-01")
	equalLines(t, s.vacant(), "A-fit 0 WAITING_FOR_OFFER NEW", "B-flagged 0 FLAGGED NEW", "C-unknown 0 UNASSESSED NEW", "D-small 0 WAITING_FOR_OFFER NEW")

	first := s.night()
	equalLines(t, s.vacant("--state", "nobody-suits"), "D-small 0 NOBODY_SUITS NEW")
	equalLines(t, s.vacant("--state", "waiting-for-offer"), "A-fit 0 WAITING_FOR_OFFER NEW")
	s.do("run", "approve", first.GetId(), "--decision", "1")
	offer := s.offers()[0]
	equalLines(t, s.vacant(), "B-flagged 0 FLAGGED NEW", "C-unknown 0 UNASSESSED NEW", "D-small 0 NOBODY_SUITS NEW")

	// Three days on the offer is refused: vacant since today, empty for three days.
	s.do("run", "approve", s.night("--on", on(first, 3)).GetId(), "--decision", "2")
	s.do("offer", "refuse", offer.GetId(), "--reason", "location")
	equalLines(t, s.vacant(), "A-fit 3 WAITING_FOR_OFFER OFFER_REFUSED", "B-flagged 3 FLAGGED NEW", "C-unknown 3 UNASSESSED NEW", "D-small 3 NOBODY_SUITS NEW")
	unit := s.unit("A-fit")
	if got := unit.GetVacancy(); got.GetSince().GetDay() == got.GetEmptySince().GetDay() {
		t.Errorf("vacant since and empty since are one day: %v", got)
	}
	s.flat("Z-new", "Pilaitė")
	lines := s.vacant()
	if last := lines[len(lines)-1]; last != "Z-new 0 WAITING_FOR_OFFER NEW" {
		t.Errorf("the home that came today is not the last: %v", lines)
	}

	// The home let, the three dates apart, and the tenancy ended some days later.
	s.person("W-2", "2012-01-01")
	s.do("run", "approve", s.night("--on", on(first, 4)).GetId(), "--decision", "3")
	for _, offer := range s.offers("--status", "open") {
		s.do("offer", "accept", offer.GetId())
	}
	tenancy := s.unit("A-fit").GetTenancy()
	if tenancy == "" {
		t.Fatal("A-fit was not taken")
	}
	s.do("tenancy", "order", tenancy, "--on", on(first, 4))
	s.do("run", "approve", s.night("--on", on(first, 6)).GetId(), "--decision", "4")
	s.do("tenancy", "contract", tenancy)
	s.do("tenancy", "keys", tenancy)
	let := s.unit("A-fit")
	if let.GetVacancy() != nil || let.GetLastTenancy().GetOrderOn().GetDay() == let.GetLastTenancy().GetContractOn().GetDay() {
		t.Errorf("the home that is let is %v", let)
	}
	s.do("run", "approve", s.night("--on", on(first, 10)).GetId(), "--decision", "5")
	s.do("tenancy", "end", tenancy, "--reason", "moved away", "--on", on(first, 8))
	after := s.unit("A-fit")
	if after.GetLastTenancy().GetId() != tenancy || after.GetVacancy().GetReason() != eilev1.VacancyReason_VACANCY_REASON_TENANCY_ENDED {
		t.Errorf("after the tenancy the home is %v", after)
	}
	mustHold(t, s.do("unit", "get", "A-fit"), "ORDER-ON", "CONTRACT-ON", "KEYS-ON", "EMPTY-SINCE", "TENANCY_ENDED")
	for _, line := range s.vacant() {
		if line == "A-fit 2 WAITING_FOR_OFFER TENANCY_ENDED" {
			return
		}
	}
	t.Errorf("two days empty: %v", s.vacant())
}

// TestVacancyDaysAddUp counts the days of one home that stands vacant and of one
// that is let after two days.
func TestVacancyDaysAddUp(t *testing.T) {
	t.Parallel()
	s := council(t)
	s.flat("U-1", "Pilaitė", "--wear-percent", "80")
	first := s.night()
	s.do("run", "approve", first.GetId(), "--decision", "1")
	s.do("run", "approve", s.night("--on", on(first, 2)).GetId(), "--decision", "2")
	s.flat("U-2", "Pilaitė", "--wear-percent", "80")
	s.do("run", "approve", s.night("--on", on(first, 5)).GetId(), "--decision", "3")
	s.do("unit", "amend", "U-2", "--status", "under_repair")
	s.do("run", "approve", s.night("--on", on(first, 9)).GetId(), "--decision", "4")
	// Nine days and three.
	if days := read(s, &eilev1.GetStatsResponse{}, "stats").GetVacancyDays(); days != 12 {
		t.Errorf("vacancy days are %d, want 12", days)
	}
	s.do("unit", "amend", "U-2", "--status", "vacant", "--status-reason", "repaired")
	equalLines(t, s.vacant(), "U-1 9 FLAGGED NEW", "U-2 7 FLAGGED REPAIRED")
	reconciles(s)
}

func equalLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
