package home

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// maxProposal is the most letters of a proposal's name; some are left for a
// number.
const maxProposal = 60

// ProposeGivingUp notes a proposal to give up homes, under an id that is free.
// All of them must be flagged and none given up or proposed already.
func ProposeGivingUp(c casework.Change, id string, references []string, reason string) error {
	var against casework.Reasons
	record := &eilev1.Decommission{
		Id: id, Reason: reason, ProposedBy: c.Tx.Actor(), ProposedAt: timestamppb.New(c.Tx.Now()),
	}
	var homes []chosen
	for _, reference := range slices.Sorted(slices.Values(references)) {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		notToPropose(&against, unit)
		home := &eilev1.Decommission_Home{Unit: reference}
		homes = append(homes, chosen{home, unit})
		record.Homes = append(record.Homes, home)
	}
	if err := against.Refusal(words.Say("what.propose_giving_up", words.Text("proposal", id))); err != nil {
		return err
	}
	c.Tx.Subject(id)
	for _, one := range homes {
		if err := proposeOne(c, record, one); err != nil {
			return err
		}
	}
	return store.Decommissions.Put(c.Tx, id, record)
}

// proposeOne notes with a home that a proposal names it, and what must be decided.
func proposeOne(c casework.Change, record *eilev1.Decommission, one chosen) error {
	if err := one.move(record, propose); err != nil {
		return err
	}
	why := append([]*eilev1.Reason{{Code: "STATED", Detail: record.GetReason()}}, one.unit.GetCondition().GetReasons()...)
	proposal, err := decision.Propose(c.Rules, giveUp, one.unit.GetReference(), record.GetProposedBy(), why)
	if err != nil {
		return err
	}
	proposal.ProposedAt = record.GetProposedAt()
	one.unit.ProposedDecision = proposal
	return put(c, one.unit)
}

// notToPropose says what speaks against giving up a home at all.
func notToPropose(against *casework.Reasons, unit *eilev1.Unit) {
	named := words.Text("unit", unit.GetReference())
	switch {
	case unit.GetStatus() == decommissioned:
		against.Add(words.Reason("GIVEN_UP", named))
	case state.Undecided(unit.GetGivingUp().GetState()):
		against.Add(words.Reason("ALREADY_PROPOSED", named, words.Text("proposal", unit.GetGivingUp().GetProposal())))
	case unit.GetCondition().GetState() != flagged:
		against.Add(words.Reason("NOT_FLAGGED", named, words.Term("condition", spell.Name(unit.GetCondition().GetState()))))
	}
}

// ProposalID names a proposal that was given no name after its first home.
func ProposalID(from store.Source, references []string) (string, error) {
	wanted := "D-" + slices.Min(references)
	wanted = wanted[:min(len(wanted), maxProposal)]
	for number := 1; ; number++ {
		id := wanted
		if number > 1 {
			id = fmt.Sprintf("%s.%d", wanted, number)
		}
		_, taken, err := store.Decommissions.Find(from, id)
		if err != nil || !taken {
			return id, err
		}
	}
}
