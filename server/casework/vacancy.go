package casework

import (
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// vacate makes a home vacant and keeps why and since when. The day since which
// nobody lives there stays what it was while offers and lettings come to nothing.
// The caller writes the home.
func (r Rules) vacate(tx *store.Tx, unit *eilev1.Unit, reason eilev1.VacancyReason, why string, on day.Day) {
	if unit.GetTenancy() != "" {
		unit.FormerTenancy, unit.Tenancy = unit.GetTenancy(), ""
	}
	r.moveUnit(tx, unit, vacant, why)
	unit.StatusSince = on.Proto()
	empty := on.Proto()
	if before := unit.GetVacancy(); before != nil {
		empty = before.GetEmptySince()
	}
	unit.Vacancy = &eilev1.Vacancy{Reason: reason, Detail: why, Since: on.Proto(), EmptySince: empty}
}

// vacatedBy is why an offer that ended left its home vacant.
func vacatedBy(offer eilev1.OfferStatus) eilev1.VacancyReason {
	switch offer {
	case refusedOffer:
		return eilev1.VacancyReason_VACANCY_REASON_OFFER_REFUSED
	case noShow:
		return eilev1.VacancyReason_VACANCY_REASON_NO_SHOW
	case expiredOffer:
		return eilev1.VacancyReason_VACANCY_REASON_OFFER_EXPIRED
	default:
		return eilev1.VacancyReason_VACANCY_REASON_OFFER_WITHDRAWN
	}
}

// beginVacancy says of a new home that is vacant why and since when.
func beginVacancy(unit *eilev1.Unit) {
	if unit.GetStatus() != vacant || unit.GetVacancy() != nil {
		return
	}
	unit.Vacancy = &eilev1.Vacancy{
		Reason: eilev1.VacancyReason_VACANCY_REASON_NEW, Detail: unit.GetStatusReason(),
		Since: unit.GetStatusSince(), EmptySince: unit.GetStatusSince(),
	}
}

// amendVacancy follows a status that a person set.
func (r Rules) amendVacancy(unit, before *eilev1.Unit) {
	switch {
	case unit.GetStatus() == let:
		unit.Vacancy = nil
	case unit.GetStatus() != vacant || before.GetStatus() == vacant:
	case before.GetStatus() == let:
		unit.Vacancy = &eilev1.Vacancy{
			Reason: eilev1.VacancyReason_VACANCY_REASON_TENANCY_ENDED, Detail: unit.GetStatusReason(),
			Since: r.Today.Proto(), EmptySince: r.Today.Proto(),
		}
	default:
		empty := before.GetStatusSince()
		if former := before.GetVacancy(); former != nil {
			empty = former.GetEmptySince()
		}
		unit.Vacancy = &eilev1.Vacancy{
			Reason: eilev1.VacancyReason_VACANCY_REASON_REPAIRED, Detail: unit.GetStatusReason(),
			Since: r.Today.Proto(), EmptySince: empty,
		}
	}
}
