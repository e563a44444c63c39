package casework

import (
	"fmt"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// steps in their order; the policy's last one houses.
var steps = map[eilev1.TenancyStep]policy.Step{
	eilev1.TenancyStep_TENANCY_STEP_ORDER:    policy.OrderStep,
	eilev1.TenancyStep_TENANCY_STEP_CONTRACT: policy.ContractStep,
	eilev1.TenancyStep_TENANCY_STEP_KEYS:     policy.KeysStep,
}

// RecordStep notes the order, the contract or the keys. The policy's last step
// houses the household and lets the home; eligibility is tested again then.
func (r Rules) RecordStep(tx *store.Tx, tenancy *eilev1.Tenancy, step eilev1.TenancyStep, on day.Day) error {
	what := fmt.Sprintf("record %s of tenancy %s", name(step, "TENANCY_STEP_"), tenancy.GetId())
	if ended, ok := dayOf(tenancy.GetEndedOn()); ok {
		return Refuse(what, "TENANCY_ENDED", fmt.Sprintf("it ended on %s", ended))
	}
	if on > r.Today {
		return Refuse(what, "IN_THE_FUTURE", fmt.Sprintf("%s is to come", on))
	}
	field := stepField(tenancy, step)
	if noted, ok := dayOf(*field); ok {
		return Refuse(what, "ALREADY_RECORDED", fmt.Sprintf("it was recorded for %s", noted))
	}
	*field = on.Proto()
	if tenancy.GetApplication() == "" || tenancy.GetHoused() || !r.lettingDone(tenancy) {
		tx.Subject(tenancy.GetApplication(), tenancy.GetUnit())
		return store.Tenancies.Put(tx, tenancy.GetId(), tenancy)
	}
	unit, err := store.Units.Get(tx, tenancy.GetUnit())
	if err != nil {
		return err
	}
	application, err := store.Applications.Get(tx, tenancy.GetApplication())
	if err != nil {
		return err
	}
	if err := r.house(tx, what, application, unit, tenancy, on); err != nil {
		return err
	}
	return r.putLetting(tx, application, unit, tenancy)
}

func stepField(tenancy *eilev1.Tenancy, step eilev1.TenancyStep) **date.Date {
	switch step {
	case eilev1.TenancyStep_TENANCY_STEP_ORDER:
		return &tenancy.OrderOn
	case eilev1.TenancyStep_TENANCY_STEP_CONTRACT:
		return &tenancy.ContractOn
	default:
		return &tenancy.KeysOn
	}
}

// lettingDone tells whether the policy's last step is recorded. It may have been
// recorded before this one, under a policy whose last step was another.
func (r Rules) lettingDone(tenancy *eilev1.Tenancy) bool {
	last := r.Policy.Offers().LastStep
	for step, name := range steps {
		if name == last {
			return *stepField(tenancy, step) != nil
		}
	}
	return true
}

// house does the letting. The right is tested again on the day.
func (r Rules) house(tx *store.Tx, what string, application *eilev1.Application, unit *eilev1.Unit, tenancy *eilev1.Tenancy, on day.Day) error {
	verdict := r.Evaluator.Evaluate(application, r.Today)
	if verdict.Eligibility != eilev1.Eligibility_ELIGIBILITY_YES {
		var against reasons
		against.add("NOT_ELIGIBLE", fmt.Sprintf("application %s is not eligible today", application.GetReference()))
		return append(against, verdict.Reasons...).refusal(what)
	}
	tenancy.Housed = true
	r.moveUnit(tx, unit, let, "tenancy "+tenancy.GetId())
	unit.StatusSince, unit.Vacancy = on.Proto(), nil
	application.ReservedTenancy, application.ProposedDecision = "", nil
	if tenancy.GetKind() == eilev1.TenancyKind_TENANCY_KIND_TEMPORARY {
		application.Status = waiting
		return nil
	}
	application.Status, application.HousedOn = housed, on.Proto()
	return nil
}

func (r Rules) putLetting(tx *store.Tx, application *eilev1.Application, unit *eilev1.Unit, tenancy *eilev1.Tenancy) error {
	tx.Subject(application.GetReference(), unit.GetReference())
	if err := store.Tenancies.Put(tx, tenancy.GetId(), tenancy); err != nil {
		return err
	}
	if err := tx.PutUnit(unit); err != nil {
		return err
	}
	if err := r.Settle(tx, application); err != nil {
		return err
	}
	return r.freeHome(tx, application, tenancy)
}

// FailTenancy notes that a letting came to nothing: the home is free and the
// household has its former place.
func (r Rules) FailTenancy(tx *store.Tx, tenancy *eilev1.Tenancy, reason string) error {
	if tenancy.GetHoused() || tenancy.GetEndedOn() != nil {
		return Refuse("fail tenancy "+tenancy.GetId(), "LETTING_DONE", "the letting is done or over: end the tenancy")
	}
	application, err := store.Applications.Get(tx, tenancy.GetApplication())
	if err != nil {
		return err
	}
	return r.release(tx, application, reason)
}

// release gives a reserved application its former place back and frees the home.
func (r Rules) release(tx *store.Tx, application *eilev1.Application, why string) error {
	if err := r.dropTenancy(tx, application, why); err != nil {
		return err
	}
	application.Status = waiting
	return r.Settle(tx, application)
}

// dropTenancy ends the letting that a reserved application waits for, if there
// is one, and frees the home. The caller sets the application's status and
// writes it.
func (r Rules) dropTenancy(tx *store.Tx, application *eilev1.Application, why string) error {
	tenancy, ok, err := r.pendingTenancy(tx, application)
	if err != nil || !ok {
		return err
	}
	unit, err := store.Units.Get(tx, tenancy.GetUnit())
	if err != nil {
		return err
	}
	tenancy.EndedOn, tenancy.EndedReason = r.Today.Proto(), why
	r.vacate(tx, unit, eilev1.VacancyReason_VACANCY_REASON_LETTING_FAILED, "letting "+tenancy.GetId()+" failed", r.Today)
	tx.Subject(unit.GetReference())
	application.ReservedTenancy = ""
	if err := store.Tenancies.Put(tx, tenancy.GetId(), tenancy); err != nil {
		return err
	}
	return tx.PutUnit(unit)
}

// pendingTenancy is the letting that a reserved application waits for.
func (r Rules) pendingTenancy(tx *store.Tx, application *eilev1.Application) (*eilev1.Tenancy, bool, error) {
	if application.GetReservedTenancy() == "" {
		return nil, false, nil
	}
	tenancy, err := store.Tenancies.Get(tx, application.GetReservedTenancy())
	return tenancy, err == nil, err
}

// EndTenancy notes that a tenancy ended; the home is vacant.
func (r Rules) EndTenancy(tx *store.Tx, tenancy *eilev1.Tenancy, reason string, on day.Day) error {
	what := "end tenancy " + tenancy.GetId()
	if !tenancy.GetHoused() || tenancy.GetEndedOn() != nil {
		return Refuse(what, "NOT_IN_FORCE", "the letting is not done or is over")
	}
	if on > r.Today {
		return Refuse(what, "IN_THE_FUTURE", fmt.Sprintf("%s is to come", on))
	}
	unit, err := store.Units.Get(tx, tenancy.GetUnit())
	if err != nil {
		return err
	}
	if since, ok := dayOf(unit.GetStatusSince()); ok && on < since {
		return Refuse(what, "BEFORE_LETTING", fmt.Sprintf("the home was let on %s", since))
	}
	tenancy.EndedOn, tenancy.EndedReason = on.Proto(), reason
	r.vacate(tx, unit, eilev1.VacancyReason_VACANCY_REASON_TENANCY_ENDED, "tenancy "+tenancy.GetId()+" ended", on)
	tx.Subject(tenancy.GetApplication(), unit.GetReference())
	if err := store.Tenancies.Put(tx, tenancy.GetId(), tenancy); err != nil {
		return err
	}
	return tx.PutUnit(unit)
}
