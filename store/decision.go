package store

import (
	"errors"
	"iter"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/layout"
)

// PutDecision writes a decision, with the key by which its number finds it.
func (tx *Tx) PutDecision(decision *eilev1.Decision) error {
	if number := decision.GetNumber(); number != "" {
		if err := tx.kv.Put(layout.PairKey(layout.DecisionNumber, layout.Digest(number), decision.GetId()), nil); err != nil {
			return err
		}
	}
	return Decisions.Put(tx, decision.GetId(), decision)
}

// DecisionsAbout returns the ids of the decisions that the audit names in the history of a
// reference, oldest first.
func (v *View) DecisionsAbout(reference string) (ids []string, err error) {
	for entry, err := range v.History(reference) {
		if err != nil {
			return nil, err
		}
		if id := entry.GetDecision(); id != "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// DecisionsNumbered yields the ids of the decisions with a number, oldest first, from
// the one on that start names.
func (v *View) DecisionsNumbered(number, start string) iter.Seq2[string, error] {
	return v.secondsFrom(layout.DecisionNumber, layout.Digest(number), start)
}

// ErrProposed says that a decision of the same kind about the same subject waits for
// a second person already: which one says AlreadyProposed.
var ErrProposed = errors.New("it is proposed already")

// AlreadyProposed names the decision that waits.
type AlreadyProposed struct{ ID string }

func (a AlreadyProposed) Error() string { return "decision " + a.ID + ": " + ErrProposed.Error() }
func (AlreadyProposed) Unwrap() error   { return ErrProposed }

func openKey(decision *eilev1.Decision) []byte {
	return layout.PairKey(layout.DecisionOpen, decision.GetKind().String(), decision.GetSubject())
}

// PutProposal writes a decision that waits for a second person, and what approving it
// would do. The latter holds records of a household: it ends with the proposal, and the
// audit keeps no digest of it. The error is AlreadyProposed where one of its kind about
// its subject waits.
func (tx *Tx) PutProposal(decision *eilev1.Decision, proposal *eilev1.Proposal) error {
	item, taken, err := tx.get(openKey(decision))
	if err != nil {
		return err
	}
	if taken {
		return AlreadyProposed{string(item.Value)}
	}
	if err := tx.kv.Put(openKey(decision), []byte(decision.GetId())); err != nil {
		return err
	}
	if err := tx.raw(Proposals.key(decision.GetId()), proposal); err != nil {
		return err
	}
	return tx.PutDecision(decision)
}

// EndProposal forgets what approving a decision would do, and frees its kind and
// subject: it was approved, rejected or erased. The caller writes the decision.
func (tx *Tx) EndProposal(decision *eilev1.Decision) error {
	if err := tx.kv.Delete(openKey(decision)); err != nil {
		return err
	}
	return tx.kv.Delete(Proposals.key(decision.GetId()))
}

// OpenProposal returns the id of the decision of a kind about a subject that waits for
// a second person; empty: none does.
func OpenProposal(from Source, kind eilev1.DecisionKind, subject string) (string, error) {
	item, ok, err := from.get(openKey(&eilev1.Decision{Kind: kind, Subject: subject}))
	if err != nil || !ok {
		return "", err
	}
	return string(item.Value), nil
}
