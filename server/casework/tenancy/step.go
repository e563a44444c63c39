package tenancy

import (
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/procedure"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// steps in their order; the policy's last one houses.
var steps = map[eilev1.TenancyStep]procedure.Step{
	eilev1.TenancyStep_TENANCY_STEP_ORDER:    procedure.OrderStep,
	eilev1.TenancyStep_TENANCY_STEP_CONTRACT: procedure.ContractStep,
	eilev1.TenancyStep_TENANCY_STEP_KEYS:     procedure.KeysStep,
}

// RecordStep notes the order, the contract or the keys. The policy's last step
// houses the household and lets the home; eligibility is tested again then.
func RecordStep(c casework.Change, tenancy *eilev1.Tenancy, step eilev1.TenancyStep, on day.Day) error {
	what := words.Say("what.record_step", words.Term("step", spell.Name(step)), words.Text("tenancy", tenancy.GetId()))
	if ended, ok := casework.DayOf(tenancy.GetEndedOn()); ok {
		return casework.Refuse(what, words.Reason("TENANCY_ENDED", words.Day("ended", ended)))
	}
	if on > c.Rules.Today {
		return casework.Refuse(what, words.Reason("IN_THE_FUTURE.to_come", words.Day("on", on)))
	}
	field := stepField(tenancy, step)
	if noted, ok := casework.DayOf(*field); ok {
		return casework.Refuse(what, words.Reason("ALREADY_RECORDED", words.Day("noted", noted)))
	}
	*field = on.Proto()
	if tenancy.GetApplication() == "" || tenancy.GetHoused() || !lettingDone(c.Rules, tenancy) {
		c.Tx.Subject(tenancy.GetApplication(), tenancy.GetUnit())
		return store.Tenancies.Put(c.Tx, tenancy.GetId(), tenancy)
	}
	unit, err := store.Units.Get(c.Tx, tenancy.GetUnit())
	if err != nil {
		return err
	}
	application, err := store.Applications.Get(c.Tx, tenancy.GetApplication())
	if err != nil {
		return err
	}
	if err := house(c, what, application, unit, tenancy, on); err != nil {
		return err
	}
	return put(c, application, unit, tenancy)
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
func lettingDone(rules casework.Rules, tenancy *eilev1.Tenancy) bool {
	last := rules.Policy.Offers.LastStep
	for step, name := range steps {
		if name == last {
			return *stepField(tenancy, step) != nil
		}
	}
	return true
}
