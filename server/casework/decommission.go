package casework

import (
	"cmp"
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

const (
	decommissioned = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED

	proposedHome = eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED
	inPrinciple  = eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE
	givenUp      = eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED
	rejectedHome = eilev1.GivingUpState_GIVING_UP_STATE_REJECTED
)

// Occupied tells whether somebody lives in a home or is about to.
func Occupied(unit *eilev1.Unit) bool {
	switch unit.GetStatus() {
	case let, offered, reservedUnit:
		return true
	}
	return false
}

// undecided tells whether a person has still to decide about a home.
func undecided(state eilev1.GivingUpState) bool { return state == proposedHome || state == inPrinciple }

// GivingUp tells whether a home is approved to be given up: it is not offered,
// even if it was repaired meanwhile.
func GivingUp(unit *eilev1.Unit) bool { return unit.GetGivingUp().GetState() == inPrinciple }

// ProposeDecommission notes a proposal to give up homes, under an id that is
// free. All of them must be flagged and none given up or proposed already.
func (r Rules) ProposeDecommission(tx *store.Tx, id string, references []string, reason string) error {
	var against reasons
	record := &eilev1.Decommission{
		Id: id, Reason: reason, ProposedBy: tx.Actor(), ProposedAt: timestamppb.New(tx.Now()), Etag: tx.ID(),
	}
	var homes []*eilev1.Unit
	for _, reference := range slices.Sorted(slices.Values(references)) {
		unit, err := store.Units.Get(tx, reference)
		if err != nil {
			return err
		}
		against.notToPropose(unit)
		homes = append(homes, unit)
		record.Homes = append(record.Homes, &eilev1.Decommission_Home{Unit: reference, State: proposedHome})
	}
	if err := against.refusal("proposal to give up " + id); err != nil {
		return err
	}
	tx.Subject(id)
	for _, unit := range homes {
		unit.GivingUp = &eilev1.GivingUp{Proposal: id, State: proposedHome}
		unit.ProposedDecision = &eilev1.Decision{
			Kind: eilev1.DecisionKind_DECISION_KIND_DECOMMISSION, State: eilev1.DecisionState_DECISION_STATE_PROPOSED,
			Subject: unit.GetReference(), ProposedBy: tx.Actor(), ProposedAt: record.GetProposedAt(), Policy: r.Policy.Identity(),
			Reasons: append([]*eilev1.Reason{{Code: "STATED", Detail: reason}}, unit.GetCondition().GetReasons()...),
		}
		if err := r.putHome(tx, unit); err != nil {
			return err
		}
	}
	return store.Decommissions.Put(tx, id, record)
}

func (r *reasons) notToPropose(unit *eilev1.Unit) {
	reference := unit.GetReference()
	switch state := unit.GetGivingUp().GetState(); {
	case unit.GetStatus() == decommissioned:
		r.add("GIVEN_UP", fmt.Sprintf("unit %s is given up already", reference))
	case undecided(state):
		r.add("ALREADY_PROPOSED", fmt.Sprintf("unit %s is named by the proposal %s: approve or reject that one", reference, unit.GetGivingUp().GetProposal()))
	case unit.GetCondition().GetState() != flagged:
		r.add("NOT_FLAGGED", fmt.Sprintf("unit %s is %s: only a flagged home is given up; an inspection flags it", reference, name(unit.GetCondition().GetState(), "CONDITION_STATE_")))
	}
}

func (r Rules) putHome(tx *store.Tx, unit *eilev1.Unit) error {
	unit.Etag = tx.ID()
	tx.Subject(unit.GetReference())
	return tx.PutUnit(unit)
}

// ProposalID names a proposal that was given no name after its first home.
func ProposalID(tx *store.Tx, references []string) (string, error) {
	wanted := "D-" + slices.Min(references)
	wanted = wanted[:min(len(wanted), maxReference)]
	for number := 1; ; number++ {
		id := wanted
		if number > 1 {
			id = fmt.Sprintf("%s.%d", wanted, number)
		}
		_, taken, err := store.Decommissions.Find(tx, id)
		if err != nil || !taken {
			return id, err
		}
	}
}

// chosen is a home of a proposal about which a person decides.
type chosen struct {
	home *eilev1.Decommission_Home
	unit *eilev1.Unit
}

// choose reads the homes of a proposal that are not decided; a reference, unless
// it is empty, leaves only that one.
func choose(tx *store.Tx, what string, record *eilev1.Decommission, reference string) ([]chosen, error) {
	var all []chosen
	for _, home := range record.GetHomes() {
		if reference != "" && home.GetUnit() != reference || !undecided(home.GetState()) {
			continue
		}
		unit, err := store.Units.Get(tx, home.GetUnit())
		if err != nil {
			return nil, err
		}
		all = append(all, chosen{home, unit})
	}
	if len(all) == 0 {
		return nil, Refuse(what, "NOTHING_TO_DECIDE", fmt.Sprintf("all of it is decided: propose again what is to be decided again (proposal %s)", record.GetId()))
	}
	return all, nil
}

// ApproveDecommission decides about the homes of a proposal, or about one: given
// up where nobody lives there, or else, in principle. Nothing is deleted. After
// an approval in principle the transfers are made by SettleTransfer.
func (r Rules) ApproveDecommission(tx *store.Tx, record *eilev1.Decommission, reference string, principle bool, by *eilev1.ByDecision) error {
	what := "approve giving up " + cmp.Or(reference, record.GetId())
	if tx.Actor() == record.GetProposedBy() {
		return Refuse(what, "FOUR_EYES", fmt.Sprintf("%s proposed it: another person must approve it", tx.Actor()))
	}
	homes, err := choose(tx, what, record, reference)
	if err != nil {
		return err
	}
	if principle {
		return r.approveInPrinciple(tx, what, record, homes, by)
	}
	var against reasons
	for _, c := range homes {
		against.notFlagged(c.unit)
		if err := against.occupied(tx, c); err != nil {
			return err
		}
	}
	if err := against.refusal(what); err != nil {
		return err
	}
	decision, err := r.decideHomes(tx, record, homes, givenUp, by)
	if err != nil {
		return err
	}
	for _, c := range homes {
		tx.Status(unitStatusName(c.unit.GetStatus()), unitStatusName(decommissioned))
		r.moveUnit(tx, c.unit, decommissioned, "given up: proposal "+record.GetId()+", decision "+decision.GetId())
		if err := r.putHome(tx, c.unit); err != nil {
			return err
		}
	}
	return r.putProposal(tx, record)
}

// notFlagged speaks against a home that was repaired since it was proposed.
func (r *reasons) notFlagged(unit *eilev1.Unit) {
	if unit.GetCondition().GetState() != flagged {
		r.add("NOT_FLAGGED", fmt.Sprintf("unit %s is %s by now: reject it (eile decommission reject %s)",
			unit.GetReference(), name(unit.GetCondition().GetState(), "CONDITION_STATE_"), unit.GetReference()))
	}
}

// occupied says of a home in which somebody lives what to do first.
func (r *reasons) occupied(tx *store.Tx, c chosen) error {
	reference, status := c.unit.GetReference(), unitStatusName(c.unit.GetStatus())
	switch {
	case !Occupied(c.unit):
	case c.home.GetState() == proposedHome:
		r.add("OCCUPIED", fmt.Sprintf("unit %s is %s: approve it with --in-principle, so that who lives there is rehoused first", reference, status))
	case c.home.GetTransfer() == "":
		r.add("OCCUPIED", fmt.Sprintf("unit %s is %s: %s", reference, status,
			cmp.Or(c.home.GetObstacle().GetDetail(), "approve it with --in-principle again, so that a transfer is made")))
	default:
		transfer, err := store.Applications.Get(tx, c.home.GetTransfer())
		if err != nil {
			return err
		}
		r.add("OCCUPIED", fmt.Sprintf("unit %s is %s: its household is not rehoused yet, the transfer %s is %s",
			reference, status, transfer.GetReference(), statusName(transfer.GetStatus())))
	}
	return nil
}

func (r Rules) approveInPrinciple(tx *store.Tx, what string, record *eilev1.Decommission, homes []chosen, by *eilev1.ByDecision) error {
	var against reasons
	var changed []chosen
	for _, c := range homes {
		against.notFlagged(c.unit)
		wants, err := wantsTransfer(tx, c)
		if err != nil {
			return err
		}
		if c.home.GetState() == proposedHome || wants {
			changed = append(changed, c)
		}
		record.TransfersPending = record.TransfersPending || wants
	}
	if len(changed) == 0 {
		against.add("NOTHING_TO_DECIDE", "it is approved in principle already, and every household has its transfer")
	}
	if err := against.refusal(what); err != nil {
		return err
	}
	if _, err := r.decideHomes(tx, record, changed, inPrinciple, by); err != nil {
		return err
	}
	for _, c := range changed {
		if err := r.putHome(tx, c.unit); err != nil {
			return err
		}
	}
	return r.putProposal(tx, record)
}

// wantsTransfer tells whether the household of a home has no application by
// which it can be rehoused. One that has ended is forgotten.
func wantsTransfer(tx *store.Tx, c chosen) (bool, error) {
	if !Occupied(c.unit) || c.home.GetTransfer() == "" {
		return Occupied(c.unit), nil
	}
	transfer, err := store.Applications.Get(tx, c.home.GetTransfer())
	if err != nil || !ended(transfer.GetStatus()) {
		return false, err
	}
	c.home.Transfer = ""
	return true, nil
}

// RejectDecommission ends a proposal, or the part of it about one home. The flag
// stays. Where transfers of an approval in principle are still on their way they
// rest on it, and must be ended first.
func (r Rules) RejectDecommission(tx *store.Tx, record *eilev1.Decommission, reference string, by *eilev1.ByDecision) error {
	what := "reject giving up " + cmp.Or(reference, record.GetId())
	homes, err := choose(tx, what, record, reference)
	if err != nil {
		return err
	}
	var against reasons
	for _, c := range homes {
		if c.home.GetTransfer() == "" {
			continue
		}
		transfer, err := store.Applications.Get(tx, c.home.GetTransfer())
		if err != nil {
			return err
		}
		if !ended(transfer.GetStatus()) {
			against.add("TRANSFER_UNDER_WAY", fmt.Sprintf("the household of unit %s has the transfer %s, which rests on the approval: withdraw or remove it first",
				c.unit.GetReference(), transfer.GetReference()))
		}
	}
	if err := against.refusal(what); err != nil {
		return err
	}
	if _, err := r.decideHomes(tx, record, homes, rejectedHome, by); err != nil {
		return err
	}
	for _, c := range homes {
		if err := r.putHome(tx, c.unit); err != nil {
			return err
		}
	}
	return r.putProposal(tx, record)
}

// decideHomes records the decision with the proposal, and the state of the homes
// that it is about with each of them. The caller writes both.
func (r Rules) decideHomes(tx *store.Tx, record *eilev1.Decommission, homes []chosen, to eilev1.GivingUpState, by *eilev1.ByDecision) (*eilev1.Decision, error) {
	proposal := &eilev1.Decision{
		Kind: eilev1.DecisionKind_DECISION_KIND_DECOMMISSION, ProposedBy: record.GetProposedBy(), ProposedAt: record.GetProposedAt(),
	}
	for _, c := range homes {
		proposal.Reasons = append(proposal.Reasons, &eilev1.Reason{Code: name(to, "GIVING_UP_STATE_"), Detail: "unit " + c.unit.GetReference()})
	}
	decision, err := r.decide(tx, proposal.GetKind(), record.GetId(), by, proposal)
	if err != nil {
		return nil, err
	}
	if to == rejectedHome {
		decision.State = eilev1.DecisionState_DECISION_STATE_DECLINED
	}
	for _, c := range homes {
		c.home.State, c.home.Decision, c.home.DecidedOn = to, decision.GetId(), decision.GetDecidedOn()
		c.unit.GivingUp = &eilev1.GivingUp{Proposal: record.GetId(), State: to}
		c.unit.ProposedDecision = nil
	}
	record.Decisions = append(record.Decisions, decision)
	return decision, store.Decisions.Put(tx, decision.GetId(), decision)
}

func (r Rules) putProposal(tx *store.Tx, record *eilev1.Decommission) error {
	record.Etag = tx.ID()
	tx.Subject(record.GetId())
	return store.Decommissions.Put(tx, record.GetId(), record)
}
