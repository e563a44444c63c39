package figures

import (
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/history"
	"github.com/eile-housing/eile/store/history/layer"
)

// LatestRun returns the last run that matched and was not given up; nil: none.
func LatestRun(v *store.View) (latest *eilev1.Run, err error) {
	for entry, err := range store.Runs.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		run := entry.Record
		if run.GetMatchedAt() == nil || run.GetState() == eilev1.RunState_RUN_STATE_CANCELLED || run.GetState() == eilev1.RunState_RUN_STATE_FAILED {
			continue
		}
		if latest == nil || run.GetMatchedAt().AsTime().After(latest.GetMatchedAt().AsTime()) {
			latest = run
		}
	}
	return latest, nil
}

// Vacancies returns the homes that are vacant, longest empty first, and what each
// waits for. The run is the latest, matches what it gave. It costs time in
// proportion to the homes.
func Vacancies(v *store.View, today day.Day, run *eilev1.Run, matches []*eilev1.Run_Match) (vacant []*eilev1.VacantHome, err error) {
	last := &latestRun{run: run, got: map[string]string{}, seen: map[string]layer.Home{}, now: map[string]time.Time{}}
	for _, match := range matches {
		last.got[match.GetUnit()] = match.GetApplication()
	}
	if err := last.readHomes(v); err != nil {
		return nil, err
	}
	for entry, err := range store.Units.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		unit := entry.Record
		if unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_VACANT || unit.GetLeftStockOn() != nil {
			continue
		}
		home := &eilev1.VacantHome{
			Unit: unit.GetReference(), District: unit.GetDistrict(), Vacancy: unit.GetVacancy(), FormerTenancy: unit.GetFormerTenancy(),
		}
		if since, ok, err := day.FromProto(unit.GetVacancy().GetEmptySince()); ok && err == nil {
			home.DaysEmpty = int32(max(0, today-since))
		}
		home.State, home.Reasons = last.waitsFor(unit)
		vacant = append(vacant, home)
	}
	slices.SortFunc(vacant, func(a, b *eilev1.VacantHome) int { return strings.Compare(AgeKey(a), AgeKey(b)) })
	return vacant, nil
}

// AgeKey orders by the day since which nobody lives in a home, then by reference.
func AgeKey(home *eilev1.VacantHome) string {
	since, _, _ := day.FromProto(home.GetVacancy().GetEmptySince())
	return since.String() + "/" + home.GetUnit()
}

// latestRun is what the last run that matched saw and did.
type latestRun struct {
	run  *eilev1.Run           // nil: none has matched
	got  map[string]string     // application by home
	seen map[string]layer.Home // the homes as they were when it matched
	now  map[string]time.Time  // when each home last changed
}

// readHomes reads the homes as they were when the run matched, and since when they
// are as they are.
func (l *latestRun) readHomes(v *store.View) error {
	if l.run == nil {
		return nil
	}
	read := func(at time.Time, take func(layer.Home)) error {
		return v.Past(at, func(past *history.Past) error {
			for home, err := range past.Homes() {
				if err != nil {
					return err
				}
				take(home)
			}
			return nil
		})
	}
	err := read(l.run.GetMatchedAt().AsTime(), func(home layer.Home) { l.seen[home.Reference] = home })
	if err != nil {
		return err
	}
	return read(farAhead, func(home layer.Home) { l.now[home.Reference] = home.Since })
}

// waitsFor says what a vacant home waits for.
func (l *latestRun) waitsFor(unit *eilev1.Unit) (eilev1.VacancyState, []*eilev1.Reason) {
	condition := unit.GetCondition()
	switch {
	case state.GivingUp(unit):
		return eilev1.VacancyState_VACANCY_STATE_GIVING_UP, []*eilev1.Reason{words.Then(
			words.Reason("GIVING_UP"), words.Next("APPROVE_GIVING_UP", words.Text("unit", unit.GetReference())))}
	case condition.GetState() == eilev1.ConditionState_CONDITION_STATE_FLAGGED:
		return eilev1.VacancyState_VACANCY_STATE_FLAGGED, condition.GetReasons()
	case condition.GetState() != eilev1.ConditionState_CONDITION_STATE_FIT:
		return eilev1.VacancyState_VACANCY_STATE_UNASSESSED, condition.GetReasons()
	}
	return l.fitFor(unit.GetReference())
}

// fitFor says of a fit home what the last run made of it.
func (l *latestRun) fitFor(unit string) (eilev1.VacancyState, []*eilev1.Reason) {
	const (
		waits = eilev1.VacancyState_VACANCY_STATE_WAITING_FOR_OFFER
		none  = eilev1.VacancyState_VACANCY_STATE_NOBODY_SUITS
	)
	if l.run == nil {
		return waits, []*eilev1.Reason{words.Reason("AWAITS_RUN.none")}
	}
	id := l.run.GetId()
	seen, known := l.seen[unit]
	switch {
	case !known || !offerable(seen) || l.now[unit].After(seen.Since):
		return waits, []*eilev1.Reason{words.Reason("AWAITS_RUN.after", words.Text("run", id))}
	case l.got[unit] == "":
		return none, []*eilev1.Reason{words.Then(words.Reason("NOBODY_SUITS", words.Text("run", id)),
			words.Next("EXPLAIN_HOME", words.Text("run", id), words.Text("unit", unit)))}
	case l.run.GetState() == eilev1.RunState_RUN_STATE_COMMITTED:
		return waits, []*eilev1.Reason{words.Reason("AWAITS_RUN.unmade", words.Text("run", id))}
	}
	return waits, []*eilev1.Reason{words.Reason("AWAITS_APPROVAL", words.Text("run", id), words.Text("application", l.got[unit]))}
}

func offerable(home layer.Home) bool {
	return home.Status == eilev1.UnitStatus_UNIT_STATUS_VACANT && home.Condition == eilev1.ConditionState_CONDITION_STATE_FIT
}
