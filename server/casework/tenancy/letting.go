package tenancy

import (
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/procedure"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Begin reserves home and household for a letting by an accepted offer, from
// which it has its id; where the policy's last step is the acceptance, it houses.
func Begin(c casework.Change, what words.Phrase, offer *eilev1.Offer, application *eilev1.Application, unit *eilev1.Unit, on day.Day) error {
	tenancy := &eilev1.Tenancy{
		Id: offer.GetId(), Unit: unit.GetReference(), Application: application.GetReference(), Offer: offer.GetId(),
		Kind: eilev1.TenancyKind_TENANCY_KIND_SOCIAL, CreatedAt: timestamppb.New(c.Tx.Now()),
	}
	unit.Tenancy = tenancy.GetId()
	application.ReservedTenancy = tenancy.GetId()
	if err := state.Step(application, state.Reserve); err != nil {
		return err
	}
	if err := state.Move(c, unit, state.Reserve, told.Note(words.Say("note.offer_accepted", words.Text("offer", offer.GetId())))); err != nil {
		return err
	}
	if c.Rules.Policy.Offers.LastStep == procedure.AcceptanceStep {
		if err := house(c, what, application, unit, tenancy, on); err != nil {
			return err
		}
	}
	return put(c, application, unit, tenancy)
}

// house does the letting. The right is tested again on the day.
func house(c casework.Change, what words.Phrase, application *eilev1.Application, unit *eilev1.Unit, tenancy *eilev1.Tenancy, on day.Day) error {
	verdict := c.Rules.Evaluator.Evaluate(application, c.Rules.Today)
	if verdict.Eligibility != eilev1.Eligibility_ELIGIBILITY_YES {
		var against casework.Reasons
		against.Add(words.Reason("NOT_ELIGIBLE.today", words.Text("application", application.GetReference())))
		return append(against, c.Rules.Tell(verdict.Reasons)...).Refusal(what)
	}
	tenancy.Housed = true
	if err := state.Move(c, unit, state.Let, told.Note(words.Say("note.let", words.Text("tenancy", tenancy.GetId())))); err != nil {
		return err
	}
	unit.StatusSince, unit.Vacancy = on.Proto(), nil
	application.ReservedTenancy, application.ProposedDecision = "", nil
	if tenancy.GetKind() == eilev1.TenancyKind_TENANCY_KIND_TEMPORARY {
		return state.Step(application, state.HouseForTime)
	}
	application.HousedOn = on.Proto()
	return state.Step(application, state.House)
}

func put(c casework.Change, application *eilev1.Application, unit *eilev1.Unit, tenancy *eilev1.Tenancy) error {
	c.Tx.Subject(application.GetReference(), unit.GetReference())
	if err := store.Tenancies.Put(c.Tx, tenancy.GetId(), tenancy); err != nil {
		return err
	}
	if err := c.Tx.PutUnit(unit); err != nil {
		return err
	}
	if err := state.Settle(c, application); err != nil {
		return err
	}
	return freeHome(c, application, tenancy)
}

// freeHome ends the tenancy of the home that a housed transfer frees, on the day
// of the letting: the home is vacant. A home that somebody else has by then is
// left alone.
func freeHome(c casework.Change, application *eilev1.Application, by *eilev1.Tenancy) error {
	if application.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED || application.GetTransfer().GetUnit() == "" {
		return nil
	}
	unit, ok, err := store.Units.Find(c.Tx, application.GetTransfer().GetUnit())
	if err != nil || !ok || unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_LET || unit.GetReference() == by.GetUnit() {
		return err
	}
	on, _ := casework.DayOf(application.GetHousedOn())
	why := told.Note(words.Say("note.housed", words.Text("application", application.GetReference()), words.Text("tenancy", by.GetId())))
	if unit.GetTenancy() != "" {
		former, err := store.Tenancies.Get(c.Tx, unit.GetTenancy())
		if err != nil {
			return err
		}
		own := former.GetApplication() == application.GetReference() || slices.Contains(application.GetLinked(), former.GetApplication())
		if !own {
			return nil
		}
		former.EndedOn, former.EndedReason = on.Proto(), why
		if err := store.Tenancies.Put(c.Tx, former.GetId(), former); err != nil {
			return err
		}
	}
	if err := state.Vacate(c, unit, eilev1.VacancyReason_VACANCY_REASON_TENANCY_ENDED, why, on); err != nil {
		return err
	}
	c.Tx.Subject(unit.GetReference())
	return state.SettleUnit(c, unit)
}
