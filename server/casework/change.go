package casework

import (
	"fmt"
	"slices"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Withdraw ends an application at the applicant's wish. An open offer and a
// letting that is not done go with it.
func (r Rules) Withdraw(tx *store.Tx, application *eilev1.Application, reason string) error {
	what := "withdraw application " + application.GetReference()
	if ended(application.GetStatus()) {
		return Refuse(what, "ALREADY_ENDED", "it is "+statusName(application.GetStatus()))
	}
	return r.end(tx, application, withdrawn, &eilev1.Reason{Code: "WITHDRAWN", Detail: reason})
}

// Remove ends an application by decision: as REJECTED where it never had a
// place, as REMOVED else. A rejection of one that had a place is refused.
func (r Rules) Remove(tx *store.Tx, application *eilev1.Application, reject bool, by *eilev1.ByDecision) error {
	what := "remove application " + application.GetReference()
	if ended(application.GetStatus()) {
		return Refuse(what, "ALREADY_ENDED", "it is "+statusName(application.GetStatus()))
	}
	kind, to := proposeRemove, removed
	placed, ok := dayOf(application.GetPlacedOn())
	switch {
	case !ok:
		kind, to = proposeReject, rejected
	case reject:
		return Refuse(what, "HAD_PLACE", fmt.Sprintf("it came onto the list on %s: it can be removed, not rejected", placed))
	}
	if _, err := r.decide(tx, kind, application.GetReference(), by, application.GetProposedDecision()); err != nil {
		return err
	}
	return r.end(tx, application, to, &eilev1.Reason{Code: statusName(to), Detail: by.GetReason()})
}

// end leaves nothing behind that waits for the application.
func (r Rules) end(tx *store.Tx, application *eilev1.Application, to eilev1.ApplicationStatus, why *eilev1.Reason) error {
	if err := r.dropOffer(tx, application, "the application ended: "+statusName(to)); err != nil {
		return err
	}
	if err := r.dropTenancy(tx, application, "the application ended: "+statusName(to)); err != nil {
		return err
	}
	application.Status, application.ProposedDecision, application.Suspension, application.EndedReason = to, nil, nil, why
	return r.Settle(tx, application)
}

// Suspend takes an application off the list for a time, by decision. What holds
// it before holds it afterwards.
func (r Rules) Suspend(tx *store.Tx, application *eilev1.Application, from, until *date.Date, by *eilev1.ByDecision) error {
	what := "suspend application " + application.GetReference()
	switch status := application.GetStatus(); {
	case ended(status), status == suspended, status == reserved:
		return Refuse(what, "WRONG_STATUS", "it is "+statusName(status))
	case application.GetPlacedOn() == nil:
		return Refuse(what, "NO_PLACE", fmt.Sprintf("it is %s and has no place on the list yet", statusName(status)))
	}
	first, last, err := r.period(from, until)
	if err != nil {
		return Refuse(what, "BAD_PERIOD", err.Error())
	}
	// It has effect at once, so that it cannot begin later.
	if start, _ := dayOf(first); start > r.Today {
		return Refuse(what, "BAD_PERIOD", fmt.Sprintf("it would begin on %s, which is to come: suspend then", start))
	}
	decision, err := r.decide(tx, eilev1.DecisionKind_DECISION_KIND_SUSPEND, application.GetReference(), by, nil)
	if err != nil {
		return err
	}
	if err := r.dropOffer(tx, application, "the application was suspended"); err != nil {
		return err
	}
	application.Status, application.ProposedDecision = suspended, nil
	application.Suspension = &eilev1.Suspension{Reason: by.GetReason(), From: first, Until: last, Decision: decision.GetId()}
	return r.Settle(tx, application)
}

// period checks from and until; an unset from is today.
func (r Rules) period(from, until *date.Date) (first, last *date.Date, err error) {
	start := r.Today
	if on, ok, err := day.FromProto(from); err != nil {
		return nil, nil, err
	} else if ok {
		start = on
	}
	end, ok, err := day.FromProto(until)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return start.Proto(), nil, nil
	}
	if end < start || end < r.Today {
		return nil, nil, fmt.Errorf("it would end on %s, which is over", end)
	}
	return start.Proto(), end.Proto(), nil
}

// Reinstate returns an application to its former place, by decision: it ends a
// suspension, declines what is proposed, and lets the refusals counted so far
// pass. What eligibility forbids no decision of this kind brings back.
func (r Rules) Reinstate(tx *store.Tx, application *eilev1.Application, by *eilev1.ByDecision) error {
	what := "reinstate application " + application.GetReference()
	from := application.GetStatus()
	switch from {
	case suspended, onHold, rejected, withdrawn, removed:
	default:
		return Refuse(what, "WRONG_STATUS", "it is "+statusName(from))
	}
	if proposal := application.GetProposedDecision(); proposal != nil {
		proposal.State = eilev1.DecisionState_DECISION_STATE_DECLINED
		proposal.Id = tx.ID() + "-declined"
		if err := store.Decisions.Put(tx, proposal.GetId(), proposal); err != nil {
			return err
		}
	}
	if _, err := r.decide(tx, eilev1.DecisionKind_DECISION_KIND_REINSTATE, application.GetReference(), by, nil); err != nil {
		return err
	}
	if from != suspended {
		application.ExcusedRefusals = application.GetCountedRefusals()
	}
	application.Status, application.ProposedDecision, application.Suspension, application.EndedReason = waiting, nil, nil, nil
	if err := r.Settle(tx, application); err != nil {
		return err
	}
	// A suspension that ends may leave what was proposed before it.
	if application.GetStatus() == onHold && from != suspended {
		return Refusal{What: what, Reasons: application.GetProposedDecision().GetReasons()}
	}
	return nil
}

// GrantGround gives a claimed ground effect, by decision.
func (r Rules) GrantGround(tx *store.Tx, application *eilev1.Application, code string, from, until *date.Date, by *eilev1.ByDecision) error {
	what := fmt.Sprintf("grant ground %s to application %s", code, application.GetReference())
	if ended(application.GetStatus()) {
		return Refuse(what, "ALREADY_ENDED", "it is "+statusName(application.GetStatus()))
	}
	if !slices.ContainsFunc(r.Policy.Grounds(), func(g policy.Ground) bool { return g.Code == code }) {
		return Refuse(what, "UNKNOWN_GROUND", fmt.Sprintf("policy %s has no ground %q", r.Policy.Name(), code))
	}
	first, last, err := r.period(from, until)
	if err != nil {
		return Refuse(what, "BAD_PERIOD", err.Error())
	}
	decision, err := r.decide(tx, eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND, application.GetReference(), by, nil)
	if err != nil {
		return err
	}
	ground := &eilev1.Ground{Code: code, GrantedFrom: first, GrantedUntil: last, Decision: decision.GetId()}
	for i, known := range application.GetGrounds() {
		if known.GetCode() == code {
			application.Grounds[i] = ground
			return r.Settle(tx, application)
		}
	}
	application.Grounds = append(application.Grounds, ground)
	return r.Settle(tx, application)
}

// CorrectDate notes the decision that a corrected registered_at rests on.
func (r Rules) CorrectDate(tx *store.Tx, application *eilev1.Application, by *eilev1.ByDecision) error {
	_, err := r.decide(tx, eilev1.DecisionKind_DECISION_KIND_CORRECT_DATE, application.GetReference(), by, nil)
	return err
}

// Erase deletes the personal data of an application that has ended.
func (r Rules) Erase(tx *store.Tx, application *eilev1.Application) error {
	if !ended(application.GetStatus()) {
		return Refuse("erase the personal data of application "+application.GetReference(), "NOT_ENDED",
			"it is "+statusName(application.GetStatus())+": its rights rest on the data")
	}
	for _, member := range application.GetHousehold().GetMembers() {
		member.BirthDate, member.Attributes = nil, nil
	}
	// The digest of the imported row covers personal data.
	application.ImportDigest = nil
	if err := store.Persons.Delete(tx, application.GetReference()); err != nil {
		return err
	}
	application.Etag = tx.ID()
	tx.Subject(application.GetReference())
	return store.Applications.Put(tx, application.GetReference(), application)
}
