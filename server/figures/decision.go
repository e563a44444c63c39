package figures

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/store"
)

// DecisionsAsked yields what a list asks for by the shortest way that the filters allow.
func DecisionsAsked(v *store.View, req *eilev1.ListDecisionsRequest, start string) decisions {
	switch kind, _ := OfProposal(start); {
	case req.GetSubject() != "":
		return about(v, req.GetSubject(), start, kind != 0)
	case req.GetNumber() != "":
		return ofNumber(v, req.GetNumber(), start)
	default:
		return Decisions(v, start)
	}
}

// about yields the decisions about one reference, and last what is proposed in its own record.
func about(v *store.View, reference, start string, last bool) decisions {
	return func(yield func(store.Entry[*eilev1.Decision], error) bool) {
		if !last {
			ids, err := v.DecisionsAbout(reference)
			if err != nil {
				yield(store.Entry[*eilev1.Decision]{}, err)
				return
			}
			at, _ := slices.BinarySearch(ids, start)
			for entry, err := range read(v, slices.Values(ids[at:])) {
				if !yield(entry, err) || err != nil {
					return
				}
			}
		}
		application, _, err := store.Applications.Find(v, reference)
		if application.GetProposedDecision() != nil || err != nil {
			yield(proposed(application, 0), err)
			return
		}
		unit, _, err := store.Units.Find(v, reference)
		if unit.GetProposedDecision() != nil || err != nil {
			yield(proposed(unit, 0), err)
		}
	}
}

// ofNumber yields the decisions with a number.
func ofNumber(v *store.View, number, start string) decisions {
	return func(yield func(store.Entry[*eilev1.Decision], error) bool) {
		for id, err := range v.DecisionsNumbered(number, start) {
			if err != nil {
				yield(store.Entry[*eilev1.Decision]{}, err)
				return
			}
			for entry, err := range read(v, slices.Values([]string{id})) {
				if !yield(entry, err) {
					return
				}
			}
		}
	}
}

// read yields the decisions of these ids.
func read(v *store.View, ids iter.Seq[string]) decisions {
	return func(yield func(store.Entry[*eilev1.Decision], error) bool) {
		for id := range ids {
			record, err := store.Decisions.Get(v, id)
			if !yield(store.Entry[*eilev1.Decision]{ID: id, Record: record, Bytes: proto.Size(record)}, err) || err != nil {
				return
			}
		}
	}
}

type decisions = iter.Seq2[store.Entry[*eilev1.Decision], error]

// Decisions yields the decisions on record, oldest first, and after them what is proposed about
// applications and homes by the records of these: such a proposal is named by kind and
// reference, e.g. REMOVE.A-1.
func Decisions(v *store.View, start string) decisions {
	kind, reference := OfProposal(start)
	parts := []decisions{
		store.Decisions.All(v, "", start),
		waitingIn(review, store.Applications.All(v, "", reference)),
		waitingIn(giveUp, store.Units.All(v, "", "")),
	}
	switch kind {
	case 0:
		parts[1] = waitingIn(review, store.Applications.All(v, "", ""))
	case giveUp:
		parts = []decisions{waitingIn(giveUp, store.Units.All(v, "", reference))}
	default:
		parts = parts[1:]
	}
	return func(yield func(store.Entry[*eilev1.Decision], error) bool) {
		for _, part := range parts {
			for entry, err := range part {
				if !yield(entry, err) || err != nil {
					return
				}
			}
		}
	}
}

// A bearer is a record in which a proposal can stand.
type bearer interface {
	GetReference() string
	GetEtag() string
	GetProposedDecision() *eilev1.Decision
}

// waitingIn yields what is proposed in records. One that says nothing is yielded too, as nil under
// the name that one of this kind would have, so that a page ends in time where few say something.
func waitingIn[M bearer](kind eilev1.DecisionKind, records iter.Seq2[store.Entry[M], error]) decisions {
	return func(yield func(store.Entry[*eilev1.Decision], error) bool) {
		for entry, err := range records {
			if err != nil {
				yield(store.Entry[*eilev1.Decision]{}, err)
				return
			}
			found := proposed(entry.Record, entry.Bytes)
			found.ID = cmp.Or(found.ID, spell.Name(kind)+"."+entry.Record.GetReference())
			if !yield(found, nil) {
				return
			}
		}
	}
}

const (
	giveUp = eilev1.DecisionKind_DECISION_KIND_DECOMMISSION
	review = eilev1.DecisionKind_DECISION_KIND_REVIEW
)

// proposed is what is proposed in a record, by its name. It changes with the record.
func proposed[M bearer](in M, bytes int) store.Entry[*eilev1.Decision] {
	named := proto.CloneOf(in.GetProposedDecision())
	if named != nil {
		named.Id, named.Etag = spell.Name(named.GetKind())+"."+in.GetReference(), in.GetEtag()
	}
	return store.Entry[*eilev1.Decision]{ID: named.GetId(), Record: named, Bytes: bytes}
}

// OfProposal reads back what a proposal is called that stands in another record; 0 and empty: the
// name is that of a decision on record, or a number.
func OfProposal(name string) (kind eilev1.DecisionKind, reference string) {
	code, reference, _ := strings.Cut(name, ".")
	if number := eilev1.DecisionKind_value["DECISION_KIND_"+code]; number != 0 {
		return eilev1.DecisionKind(number), reference
	}
	return 0, ""
}

// Proposal returns what is proposed under such a name; nil: nothing is.
func Proposal(from store.Source, name string) (*eilev1.Decision, error) {
	kind, reference := OfProposal(name)
	var found *eilev1.Decision
	switch kind {
	case 0:
		return nil, nil
	case giveUp:
		unit, _, err := store.Units.Find(from, reference)
		if err != nil {
			return nil, err
		}
		found = proposed(unit, 0).Record
	default:
		application, _, err := store.Applications.Find(from, reference)
		if err != nil {
			return nil, err
		}
		found = proposed(application, 0).Record
	}
	if found.GetKind() != kind {
		return nil, nil
	}
	return found, nil
}
