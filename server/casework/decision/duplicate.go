package decision

import (
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
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
func JudgeDuplicate(c casework.Change, group string, finding *eilev1.DuplicateDecision, by *eilev1.ByDecision) error {
	references := finding.GetReferences()
	same := finding.GetOutcome() == eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
	if same && len(references) > maxLinked {
		return casework.Refuse(words.Say("what.decide_duplicates", words.Text("group", group)),
			words.Reason("TOO_MANY", words.Number("applications", len(references)), words.Number("most", maxLinked)))
	}
	decision, err := Record(c, Act{Kind: eilev1.DecisionKind_DECISION_KIND_JUDGE_DUPLICATE, Subject: group, About: references[:min(len(references), maxTold)], By: by})
	if err != nil {
		return err
	}
	finding.Id, finding.Decision, finding.Number = c.Tx.ID(), decision.GetId(), decision.GetNumber()
	finding.At = timestamppb.New(c.Tx.Now())
	c.Tx.Subject(group)
	if len(references) <= maxTold {
		c.Tx.Subject(references...)
	}
	if same {
		if err := link(c, finding.GetKept(), references); err != nil {
			return err
		}
	}
	return store.Duplicates.Put(c.Tx, finding.GetId(), finding)
}

// link notes in the application that is kept and in the others that they belong
// together.
func link(c casework.Change, kept string, references []string) error {
	for _, reference := range references {
		application, err := store.Applications.Get(c.Tx, reference)
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
		if err := store.Applications.Put(c.Tx, reference, application); err != nil {
			return err
		}
	}
	return nil
}
