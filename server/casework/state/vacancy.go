package state

import (
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// Vacate makes a home vacant and keeps why and since when. The day since which
// nobody lives there stays what it was while offers and lettings come to nothing.
// The caller writes the home.
func Vacate(c casework.Change, unit *eilev1.Unit, reason eilev1.VacancyReason, why string, on day.Day) error {
	if unit.GetTenancy() != "" {
		unit.FormerTenancy, unit.Tenancy = unit.GetTenancy(), ""
	}
	if err := Move(c, unit, free, why); err != nil {
		return err
	}
	unit.StatusSince = on.Proto()
	empty := on.Proto()
	if before := unit.GetVacancy(); before != nil {
		empty = before.GetEmptySince()
	}
	unit.Vacancy = &eilev1.Vacancy{Reason: reason, Detail: why, Since: on.Proto(), EmptySince: empty}
	return nil
}
