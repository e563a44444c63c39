package decision

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// Asked is a request by which a person may decide something.
type Asked struct {
	Method  string // its full name
	Request proto.Message
	// Kinds are those that the method may decide. Any other is a fault of the program.
	Kinds []eilev1.DecisionKind
	// Approves is the proposal that the request comes from; nil: a person asks by itself.
	Approves *Approval
}

// Approval is what the second person adds to a proposal.
type Approval struct{ ID, Number, Reason, Etag string }

// Proposed says that nothing has changed yet: a second person has to approve the decision.
type Proposed struct{ Decision *eilev1.Decision }

// Error is for who forgets that it is an answer.
func (p Proposed) Error() string { return errHeld.Error() + ": " + p.Decision.GetId() }

var (
	// errHeld drops what a change wrote that a second person has to approve.
	errHeld = errors.New("a second person has to approve it")
	// errMoved says that what a proposal rests on was changed while it was tried.
	errMoved = errors.New("what it rests on was changed meanwhile")
)

// attempts to write a proposal while others change what it rests on.
const attempts = 5

// Change runs fn as one change that a person asks for and returns the result that fn named. All
// of fn is run, and so all tests are made, but where it decides what a second person must
// approve nothing of it stands: the request is kept as a proposal, with the records on which it
// rests, and the error is [Proposed]. fn may run more than once.
func Change(ctx context.Context, register *store.Register, stamp store.Stamp, rules casework.Rules, asked Asked, fn func(casework.Change) error) (string, error) {
	for range attempts {
		result, err := once(ctx, register, stamp, rules, asked, fn)
		if !errors.Is(err, errMoved) {
			return result, err
		}
	}
	return "", casework.Overtaken{Refusal: casework.Refusal{Reasons: []*eilev1.Reason{words.Reason("CHANGED_MEANWHILE.proposal")}}}
}

func once(ctx context.Context, register *store.Register, stamp store.Stamp, rules casework.Rules, asked Asked, fn func(casework.Change) error) (string, error) {
	persons := &casework.Persons{Kinds: asked.Kinds}
	var rests []*eilev1.Proposal_Rest
	_, result, err := casework.UpdateBy(ctx, register, stamp, rules, persons, func(c casework.Change) error {
		if asked.Approves != nil {
			return approve(c, *asked.Approves, fn)
		}
		if err := fn(c); err != nil || persons.Proposed == nil {
			return err
		}
		rests = c.Tx.Rests()
		return errHeld
	})
	switch {
	case errors.Is(err, errHeld):
		return "", keep(ctx, register, stamp, rules, asked, persons.Proposed, rests)
	case err != nil:
		return "", err
	}
	if first, ok := FirstAnswer(result); ok {
		return "", Proposed{first}
	}
	if asked.Approves != nil {
		return persons.Result, nil
	}
	return result, nil
}

// keep writes a proposal instead of the change that was tried.
func keep(ctx context.Context, register *store.Register, stamp store.Stamp, rules casework.Rules, asked Asked, decision *eilev1.Decision, rests []*eilev1.Proposal_Rest) error {
	request, err := proto.MarshalOptions{Deterministic: true}.Marshal(withoutEtag(asked.Request))
	if err != nil {
		return fmt.Errorf("keep the request of a proposal: %w", err)
	}
	stamp.Action = "decision.propose"
	_, result, err := casework.Update(ctx, register, stamp, rules, func(c casework.Change) error {
		same, err := c.Tx.KeepRests(rests, decision.GetSubject())
		if err != nil {
			return err
		}
		if !same {
			return errMoved
		}
		c.Tx.Subject(append([]string{decision.GetSubject()}, decision.GetAbout()...)...)
		c.Tx.Decision(decision.GetId())
		c.Tx.Result(answerOf(decision))
		err = c.Tx.PutProposal(decision, &eilev1.Proposal{Method: asked.Method, Request: request, Rests: rests})
		var taken store.AlreadyProposed
		if errors.As(err, &taken) {
			err = casework.Refuse(named(decision), words.Then(words.Reason("ALREADY_PROPOSED.decision", words.Text("decision", taken.ID)),
				words.Next("SHOW_DECISION", words.Text("decision", taken.ID))))
		}
		return err
	})
	if err != nil {
		return err
	}
	first, _ := FirstAnswer(result)
	return Proposed{first}
}

// withoutEtag is a request without the state of the record that its caller had read: what the
// proposal rests on takes its place.
func withoutEtag(request proto.Message) proto.Message {
	bare := proto.Clone(request)
	message := bare.ProtoReflect()
	clear := func(of protoreflect.Message) {
		if field := of.Descriptor().Fields().ByName("etag"); field != nil {
			of.Clear(field)
		}
	}
	clear(message)
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Message() != nil && !field.IsList() && !field.IsMap() {
			clear(value.Message())
		}
		return true
	})
	return bare
}

// approve runs a proposal on the records as they are now.
func approve(c casework.Change, approval Approval, fn func(casework.Change) error) error {
	first, err := store.Decisions.Get(c.Tx, approval.ID)
	if err != nil {
		return err
	}
	if err := waits(first, approval.Etag); err != nil {
		return err
	}
	if err := otherPerson(c, first); err != nil {
		return err
	}
	proposal, err := store.Proposals.Get(c.Tx, first.GetId())
	if err != nil {
		return err
	}
	if err := unchanged(c, first, proposal.GetRests()); err != nil {
		return err
	}
	c.Persons.Approves, c.Persons.Number, c.Persons.Reason, c.Persons.Taken = first, approval.Number, approval.Reason, false
	if err := fn(c); err != nil {
		return err
	}
	if !c.Persons.Taken {
		return casework.Refuse(named(first), words.Reason("NOT_DECIDED_BY_THAT"))
	}
	c.Persons.Result = c.Tx.Named()
	c.Tx.Result(first.GetId()) // of the request of the second person
	return nil
}

// waits refuses what is no longer a proposal, or not the one that the caller read.
func waits(decision *eilev1.Decision, etag string) error {
	if err := casework.Seen(store.Decisions.Noun, decision.GetId(), etag, decision); err != nil {
		return err
	}
	if decision.GetState() == proposed {
		return nil
	}
	return NotWaiting(decision)
}

// NotWaiting refuses to approve or reject what is no longer a proposal.
func NotWaiting(decision *eilev1.Decision) error {
	return casework.Refuse(named(decision), words.Reason("WRONG_STATE.decision", words.Term("state", spell.Name(decision.GetState()))))
}

// answered begins the result of a request that was kept as a proposal. A result is a reference
// otherwise, which has no colon.
const answered = "proposed:"

// answerOf is the first answer as the result of a request, so that a repeated one gets it.
func answerOf(decision *eilev1.Decision) string {
	return answered + nameOf(decision.GetKind()) + ":" + decision.GetId() + ":" + decision.GetNumber()
}

// FirstAnswer reads it back from the result of a request; false: it is none.
func FirstAnswer(result string) (*eilev1.Decision, bool) {
	rest, ok := strings.CutPrefix(result, answered)
	if !ok {
		return nil, false
	}
	kind, rest, _ := strings.Cut(rest, ":")
	id, number, _ := strings.Cut(rest, ":")
	return &eilev1.Decision{Id: id, Kind: eilev1.DecisionKind(eilev1.DecisionKind_value["DECISION_KIND_"+kind]), State: proposed, Number: number}, true
}
