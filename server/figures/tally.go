package figures

import (
	"maps"
	"slices"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	householdLeft     = eilev1.RehousingState_REHOUSING_STATE_LEFT
	householdRehoused = eilev1.RehousingState_REHOUSING_STATE_REHOUSED
	householdGone     = eilev1.RehousingState_REHOUSING_STATE_GONE
)

// sum counts the households of a programme: in all, by district and by day.
func sum(programme *eilev1.Programme) {
	districts := map[string]int32{}
	days := map[day.Day]bool{}
	for _, household := range programme.GetHouseholds() {
		programme.Total++
		switch household.GetState() {
		case householdRehoused:
			programme.Rehoused++
			districts[household.GetDistrict()]++
		case householdGone:
			programme.Gone++
		default:
			programme.Left++
		}
		since, until := stay(household)
		days[since] = true
		if until != 0 {
			days[until] = true
		}
	}
	for _, district := range slices.Sorted(maps.Keys(districts)) {
		programme.Districts = append(programme.Districts, &eilev1.Programme_DistrictCount{District: district, Rehoused: districts[district]})
	}
	slices.SortStableFunc(programme.Districts, func(a, b *eilev1.Programme_DistrictCount) int { return int(b.GetRehoused() - a.GetRehoused()) })
	for _, on := range slices.Sorted(maps.Keys(days)) {
		programme.Figures = append(programme.Figures, figureOf(programme.GetHouseholds(), on))
	}
	programme.Warnings = spreadWarnings(programme)
}

// stay is since and until when a household belonged to the programme; until is 0
// while it is left. One that was rehoused before it was added counts from then.
func stay(household *eilev1.Programme_Household) (since, until day.Day) {
	since, _, _ = day.FromProto(household.GetSince())
	if household.GetState() == householdLeft {
		return since, 0
	}
	until, _, _ = day.FromProto(household.GetUntil())
	return since, max(since, until)
}

// figureOf counts at the end of a day.
func figureOf(households []*eilev1.Programme_Household, on day.Day) *eilev1.Programme_Figure {
	figure := &eilev1.Programme_Figure{On: on.Proto()}
	for _, household := range households {
		since, until := stay(household)
		if since > on {
			continue
		}
		figure.Total++
		switch {
		case until == 0 || until > on:
			figure.Left++
		case household.GetState() == householdRehoused:
			figure.Rehoused++
		default:
			figure.Gone++
		}
	}
	return figure
}

// spreadWarnings tell where more households went to one district than its share:
// spread over N districts, no more than one in N goes to each.
func spreadWarnings(programme *eilev1.Programme) []*eilev1.Reason {
	agreed := programme.GetSpreadDistricts()
	if agreed == 0 {
		return nil
	}
	share := (programme.GetTotal() + agreed - 1) / agreed
	var warnings []*eilev1.Reason
	for _, count := range programme.GetDistricts() {
		if count.GetRehoused() > share {
			warnings = append(warnings, words.Reason("SPREAD_EXCEEDED",
				words.Text("district", count.GetDistrict()), words.Number("rehoused", count.GetRehoused()),
				words.Number("total", programme.GetTotal()), words.Number("districts", agreed), words.Number("share", share)))
		}
	}
	return warnings
}
