package deciding

import (
	"context"
	"errors"
	"strings"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

// standing tells whether a proposal stands in the record that it is about: the machine's.
func standing(wanted *eilev1.Decision) bool { return strings.Contains(wanted.GetId(), ".") }

// request is what a person asks for who decides about what the machine proposes; nil: there is no
// such request, and the person has to say what follows.
type request func(kind eilev1.DecisionKind, subject string, by *eilev1.ByDecision, requestID string) rpc.Mutation

// takingUp is the request that does what is proposed.
func takingUp(kind eilev1.DecisionKind, subject string, by *eilev1.ByDecision, requestID string) rpc.Mutation {
	switch kind {
	case eilev1.DecisionKind_DECISION_KIND_REMOVE, eilev1.DecisionKind_DECISION_KIND_REJECT:
		reject := kind == eilev1.DecisionKind_DECISION_KIND_REJECT
		return &eilev1.RemoveApplicationRequest{Reference: subject, Decision: by, RequestId: requestID, Reject: reject}
	case eilev1.DecisionKind_DECISION_KIND_DECOMMISSION:
		return &eilev1.ApproveDecommissionRequest{Subject: subject, Decision: by, RequestId: requestID}
	default:
		return nil
	}
}

// turningDown is the request that decides against it: a household is reinstated, a home kept.
func turningDown(kind eilev1.DecisionKind, subject string, by *eilev1.ByDecision, requestID string) rpc.Mutation {
	if kind == eilev1.DecisionKind_DECISION_KIND_DECOMMISSION {
		return &eilev1.RejectDecommissionRequest{Subject: subject, Decision: by, RequestId: requestID}
	}
	return &eilev1.ReinstateApplicationRequest{Reference: subject, Decision: by, RequestId: requestID}
}

// answered finds the answer of a request that was carried out before: what it was about may be
// gone from the records by its own doing. Nil: it is a new one.
func (s *Service) answered(ctx context.Context, req rpc.Mutation, id string, by *eilev1.ByDecision, asks request) (*eilev1.Decision, error) {
	kind, subject := figures.OfProposal(id)
	if kind != 0 {
		if req = asks(kind, subject, by, req.GetRequestId()); req == nil {
			return nil, nil
		}
	}
	stamp, err := s.office.Stamp(ctx, req, "", "")
	if err != nil {
		return nil, err
	}
	result, seen, err := s.office.Register.Repeated(ctx, stamp)
	switch first, proposed := decision.FirstAnswer(result); {
	case err != nil || !seen:
		return nil, err
	case proposed:
		return first, nil
	case kind != 0:
		return s.latest(ctx, subject)
	}
	return rpc.Get(ctx, s.office, store.Decisions, result)
}

// does asks for what a person decides about a proposal of the machine, or proposes to a second one.
func (s *Service) does(ctx context.Context, wanted *eilev1.Decision, by *eilev1.ByDecision, requestID string, asks request) (*eilev1.Decision, error) {
	inner := asks(wanted.GetKind(), wanted.GetSubject(), by, requestID)
	if inner == nil {
		return nil, casework.Refuse(words.Say("what.record", words.Term("noun", store.Decisions.Noun), words.Text("id", wanted.GetId())),
			words.Then(words.Reason("DECIDE_OTHERWISE"), words.Next("REINSTATE", words.Text("application", wanted.GetSubject())),
				words.Next("REMOVE", words.Text("application", wanted.GetSubject()))))
	}
	var held decision.Proposed
	switch err := s.doors.Call(ctx, inner); {
	case errors.As(err, &held):
		return held.Decision, nil
	case err != nil:
		return nil, err
	}
	return s.latest(ctx, wanted.GetSubject())
}

// latest is the last decision about a household or a home.
func (s *Service) latest(ctx context.Context, subject string) (found *eilev1.Decision, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		ids, err := v.DecisionsAbout(subject)
		if err != nil || len(ids) == 0 {
			return err
		}
		found, err = store.Decisions.Get(v, ids[len(ids)-1])
		return err
	})
	return found, err
}
