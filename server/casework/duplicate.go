package casework

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

const (
	// maxLinked bounds the applications that one transaction can link: each is a
	// record and an entry in its history.
	maxLinked = 50
	// maxTold bounds those in whose history a dismissal is told. Many clients of
	// one adviser may share an e-mail; the history of the group tells it always.
	maxTold = 100
)

// JudgeDuplicate records what a person found about applications that match.
// Nothing is merged and none ends: where they are of one household they are
// linked with the one that is kept, both ways, and ending the others is a
// decision of its own, with its own time for appeal.
func (r Rules) JudgeDuplicate(tx *store.Tx, group string, finding *eilev1.DuplicateDecision, by *eilev1.ByDecision) error {
	references := finding.GetReferences()
	same := finding.GetOutcome() == eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
	if same && len(references) > maxLinked {
		return Refuse("decide on duplicates "+group, "TOO_MANY",
			fmt.Sprintf("%d applications cannot be linked at once: name at most %d of them", len(references), maxLinked))
	}
	decision, err := r.decide(tx, eilev1.DecisionKind_DECISION_KIND_JUDGE_DUPLICATE, group, by, nil)
	if err != nil {
		return err
	}
	finding.Id, finding.Decision, finding.Number = tx.ID(), decision.GetId(), decision.GetNumber()
	finding.At = timestamppb.New(tx.Now())
	tx.Subject(group)
	if len(references) <= maxTold {
		tx.Subject(references...)
	}
	if same {
		if err := link(tx, finding.GetKept(), references); err != nil {
			return err
		}
	}
	return store.Duplicates.Put(tx, finding.GetId(), finding)
}

// link notes in the application that is kept and in the others that they belong
// together.
func link(tx *store.Tx, kept string, references []string) error {
	for _, reference := range references {
		application, err := store.Applications.Get(tx, reference)
		if err != nil {
			return err
		}
		others := []string{kept}
		if reference == kept {
			others = references
		}
		for _, other := range others {
			if other != reference && !slices.Contains(application.GetLinked(), other) {
				application.Linked = append(application.Linked, other)
			}
		}
		application.Etag = tx.ID()
		if err := store.Applications.Put(tx, reference, application); err != nil {
			return err
		}
	}
	return nil
}
