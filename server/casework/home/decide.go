package home

import (
	"cmp"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// choose reads the homes of a proposal that are not decided; a reference, unless
// it is empty, leaves only that one.
func choose(c casework.Change, what words.Phrase, record *eilev1.Decommission, reference string) ([]chosen, error) {
	var all []chosen
	for _, home := range record.GetHomes() {
		if reference != "" && home.GetUnit() != reference || !state.Undecided(home.GetState()) {
			continue
		}
		unit, err := store.Units.Get(c.Tx, home.GetUnit())
		if err != nil {
			return nil, err
		}
		all = append(all, chosen{home, unit})
	}
	if len(all) == 0 {
		return nil, casework.Refuse(what, words.Reason("NOTHING_TO_DECIDE", words.Text("proposal", record.GetId())))
	}
	return all, nil
}

// ApproveGivingUp decides about the homes of a proposal, or about one: given up
// where nobody lives there, or else, in principle. Nothing is deleted. After an
// approval in principle the transfers are made by SettleTransfer.
func ApproveGivingUp(c casework.Change, record *eilev1.Decommission, reference string, principle bool, by *eilev1.ByDecision) error {
	what := words.Say("what.approve_giving_up", words.Text("subject", cmp.Or(reference, record.GetId())))
	if casework.SamePerson(c.Tx.Actor(), record.GetProposedBy()) {
		return casework.Refuse(what, words.Reason("FOUR_EYES", words.Text("person", c.Tx.Actor())))
	}
	homes, err := choose(c, what, record, reference)
	if err != nil {
		return err
	}
	if principle {
		return approveInPrinciple(c, what, record, homes, by)
	}
	var against casework.Reasons
	for _, one := range homes {
		notFlagged(&against, one.unit)
		if err := occupied(c, &against, one); err != nil {
			return err
		}
	}
	if err := against.Refusal(what); err != nil {
		return err
	}
	decided, err := decide(c, record, homes, approve, by)
	if err != nil {
		return err
	}
	why := told.Note(words.Say("note.given_up", words.Text("proposal", record.GetId()), words.Text("decision", decided.GetId())))
	for _, one := range homes {
		before := one.unit.GetStatus()
		if err := state.Move(c, one.unit, state.GiveUp, why); err != nil {
			return err
		}
		c.Tx.Status(spell.Name(before), spell.Name(one.unit.GetStatus()))
		if err := put(c, one.unit); err != nil {
			return err
		}
	}
	return state.PutProposal(c, record)
}

// notFlagged speaks against a home that was repaired since it was proposed.
func notFlagged(against *casework.Reasons, unit *eilev1.Unit) {
	if unit.GetCondition().GetState() != flagged {
		named := words.Text("unit", unit.GetReference())
		against.Add(words.Then(
			words.Reason("NOT_FLAGGED.by_now", named, words.Term("condition", spell.Name(unit.GetCondition().GetState()))),
			words.Next("REJECT_GIVING_UP", words.Text("unit", unit.GetReference()))))
	}
}

// occupied says of a home in which somebody lives what to do first.
func occupied(c casework.Change, against *casework.Reasons, one chosen) error {
	named, status := words.Text("unit", one.unit.GetReference()), words.Term("status", spell.Name(one.unit.GetStatus()))
	inPrinciple := words.Next("APPROVE_IN_PRINCIPLE", words.Text("unit", one.unit.GetReference()))
	switch {
	case !state.Occupied(one.unit):
	case one.home.GetState() == proposed:
		against.Add(words.Then(words.Reason("OCCUPIED.proposed", named, status), inPrinciple))
	case one.home.GetTransfer() == "" && one.home.GetObstacle() != nil:
		obstacle := one.home.GetObstacle()
		against.Add(words.Then(words.Reason("OCCUPIED.obstacle", named, status, words.Because("obstacle", obstacle)), obstacle.GetNext()...))
	case one.home.GetTransfer() == "":
		against.Add(words.Then(words.Reason("OCCUPIED.no_transfer", named, status), inPrinciple))
	default:
		transfer, err := store.Applications.Get(c.Tx, one.home.GetTransfer())
		if err != nil {
			return err
		}
		against.Add(words.Reason("OCCUPIED.transfer", named, status,
			words.Text("transfer", transfer.GetReference()), words.Term("transfer_status", spell.Name(transfer.GetStatus()))))
	}
	return nil
}

func approveInPrinciple(c casework.Change, what words.Phrase, record *eilev1.Decommission, homes []chosen, by *eilev1.ByDecision) error {
	var against casework.Reasons
	var changed []chosen
	for _, one := range homes {
		notFlagged(&against, one.unit)
		wants, err := wantsTransfer(c, one)
		if err != nil {
			return err
		}
		if one.home.GetState() == proposed || wants {
			changed = append(changed, one)
		}
		record.TransfersPending = record.TransfersPending || wants
	}
	if len(changed) == 0 {
		against.Add(words.Reason("NOTHING_TO_DECIDE.in_principle"))
	}
	if err := against.Refusal(what); err != nil {
		return err
	}
	if _, err := decide(c, record, changed, approveFirst, by); err != nil {
		return err
	}
	for _, one := range changed {
		if err := put(c, one.unit); err != nil {
			return err
		}
	}
	return state.PutProposal(c, record)
}

// wantsTransfer tells whether the household of a home has no application by
// which it can be rehoused. One that has ended is forgotten.
func wantsTransfer(c casework.Change, one chosen) (bool, error) {
	if !state.Occupied(one.unit) || one.home.GetTransfer() == "" {
		return state.Occupied(one.unit), nil
	}
	transfer, err := store.Applications.Get(c.Tx, one.home.GetTransfer())
	if err != nil || !state.Ended(transfer.GetStatus()) {
		return false, err
	}
	one.home.Transfer = ""
	return true, nil
}

// RejectGivingUp ends a proposal, or the part of it about one home. The flag
// stays. Where transfers of an approval in principle are still on their way they
// rest on it, and must be ended first.
func RejectGivingUp(c casework.Change, record *eilev1.Decommission, reference string, by *eilev1.ByDecision) error {
	what := words.Say("what.reject_giving_up", words.Text("subject", cmp.Or(reference, record.GetId())))
	homes, err := choose(c, what, record, reference)
	if err != nil {
		return err
	}
	var against casework.Reasons
	for _, one := range homes {
		if one.home.GetTransfer() == "" {
			continue
		}
		transfer, err := store.Applications.Get(c.Tx, one.home.GetTransfer())
		if err != nil {
			return err
		}
		if !state.Ended(transfer.GetStatus()) {
			against.Add(words.Reason("TRANSFER_UNDER_WAY",
				words.Text("unit", one.unit.GetReference()), words.Text("transfer", transfer.GetReference())))
		}
	}
	if err := against.Refusal(what); err != nil {
		return err
	}
	if _, err := decide(c, record, homes, reject, by); err != nil {
		return err
	}
	for _, one := range homes {
		if err := put(c, one.unit); err != nil {
			return err
		}
	}
	return state.PutProposal(c, record)
}

// decide takes homes of a proposal one step on, and records the decision with
// the proposal and with each of them. The caller writes both.
func decide(c casework.Change, record *eilev1.Decommission, homes []chosen, event string, by *eilev1.ByDecision) (*eilev1.Decision, error) {
	proposal := &eilev1.Decision{Kind: giveUp, ProposedBy: record.GetProposedBy(), ProposedAt: record.GetProposedAt()}
	for _, one := range homes {
		if err := one.move(record, event); err != nil {
			return nil, err
		}
		which := told.Note(words.Say("note.home", words.Text("unit", one.home.GetUnit())))
		proposal.Reasons = append(proposal.Reasons, &eilev1.Reason{Code: spell.Name(one.home.GetState()), Detail: which})
	}
	act := decision.Act{Kind: giveUp, Subject: record.GetId(), By: by, Proposal: proposal}
	for _, one := range homes {
		act.About = append(act.About, one.unit.GetReference())
	}
	take := decision.Record
	if event == reject {
		take = decision.Reject
	}
	decided, err := take(c, act)
	if err != nil {
		return nil, err
	}
	for _, one := range homes {
		one.home.Decision, one.home.DecidedOn = decided.GetId(), decided.GetDecidedOn()
		one.unit.ProposedDecision = nil
	}
	record.Decisions = append(record.Decisions, decided)
	return decided, nil
}
