package server

import (
	"context"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type decommissions struct {
	eilev1.UnimplementedDecommissionServiceServer
	office *rpc.Office
}

func (s *decommissions) ProposeDecommission(ctx context.Context, req *eilev1.ProposeDecommissionRequest) (*eilev1.Decommission, error) {
	id, err := s.office.Change(ctx, req, "decommission.propose", req.GetReason(), func(c casework.Change) error {
		id, err := proposalID(c.Tx, req.GetId(), req.GetUnits())
		if err != nil {
			return err
		}
		c.Tx.Result(id)
		return home.ProposeGivingUp(c, id, req.GetUnits(), req.GetReason())
	})
	if err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

// proposalID is the wanted name of a proposal, which must be free, or one made
// from its first home. What is a home's reference would be taken for the home.
func proposalID(tx *store.Tx, wanted string, units []string) (string, error) {
	if wanted == "" {
		return home.ProposalID(tx, units)
	}
	_, taken, err := store.Decommissions.Find(tx, wanted)
	if err != nil {
		return "", err
	}
	if taken {
		return "", rpc.AlreadyRegistered(store.Decommissions.Noun, wanted)
	}
	_, taken, err = store.Units.Find(tx, wanted)
	if err == nil && taken {
		err = form.Wrong("id", words.Reason("NAME_OF_HOME", words.Text("unit", wanted)))
	}
	return wanted, err
}

// target finds the proposal that a subject names, by itself or by one of its
// homes; then the home is answered too.
func target(from store.Source, what words.Phrase, subject string) (*eilev1.Decommission, string, error) {
	unit, ok, err := store.Units.Find(from, subject)
	if err != nil {
		return nil, "", err
	}
	if !ok {
		record, err := store.Decommissions.Get(from, subject)
		return record, "", err
	}
	id := unit.GetGivingUp().GetProposal()
	if id == "" {
		return nil, "", casework.Refuse(what, words.Then(words.Reason("NOT_PROPOSED", words.Text("unit", subject)),
			words.Next("PROPOSE_GIVING_UP", words.Text("unit", subject))))
	}
	record, err := store.Decommissions.Get(from, id)
	return record, subject, err
}

// cited is the decision that a request cites, or else only its reason.
func cited(by *eilev1.ByDecision, reason string) *eilev1.ByDecision {
	if by != nil {
		return by
	}
	return &eilev1.ByDecision{Reason: reason}
}

func (s *decommissions) ApproveDecommission(ctx context.Context, req *eilev1.ApproveDecommissionRequest) (*eilev1.Decommission, error) {
	by := cited(req.GetDecision(), req.GetReason())
	id, err := s.office.Change(ctx, req, "decommission.approve", by.GetReason(), func(c casework.Change) error {
		record, reference, err := target(c.Tx, words.Say("what.approve_giving_up", words.Text("subject", req.GetSubject())), req.GetSubject())
		if err == nil {
			err = casework.Seen(store.Decommissions.Noun, record.GetId(), req.GetEtag(), record)
		}
		if err != nil {
			return err
		}
		c.Tx.Result(record.GetId())
		return home.ApproveGivingUp(c, record, reference, req.GetInPrinciple(), by)
	})
	if err != nil {
		return nil, err
	}
	if err := settleTransfers(ctx, s.office, id); err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

func (s *decommissions) RejectDecommission(ctx context.Context, req *eilev1.RejectDecommissionRequest) (*eilev1.Decommission, error) {
	by := cited(req.GetDecision(), req.GetReason())
	id, err := s.office.Change(ctx, req, "decommission.reject", by.GetReason(), func(c casework.Change) error {
		record, reference, err := target(c.Tx, words.Say("what.reject_giving_up", words.Text("subject", req.GetSubject())), req.GetSubject())
		if err == nil {
			err = casework.Seen(store.Decommissions.Noun, record.GetId(), req.GetEtag(), record)
		}
		if err != nil {
			return err
		}
		c.Tx.Result(record.GetId())
		return home.RejectGivingUp(c, record, reference, by)
	})
	if err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

func (s *decommissions) GetDecommission(ctx context.Context, req *eilev1.GetDecommissionRequest) (*eilev1.Decommission, error) {
	id := ""
	err := s.office.View(ctx, func(v *store.View) error {
		record, _, err := target(v, words.Say("what.show_giving_up", words.Text("subject", req.GetSubject())), req.GetSubject())
		id = record.GetId()
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

// decommission reads one proposal with how far it has come.
func (s *decommissions) decommission(ctx context.Context, id string) (record *eilev1.Decommission, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		if record, err = store.Decommissions.Get(v, id); err != nil {
			return err
		}
		rpc.Date(record)
		return figures.Decommission(v, s.office.Register.List(), record)
	})
	return record, err
}

func (s *decommissions) ListDecommissions(ctx context.Context, req *eilev1.ListDecommissionsRequest) (*eilev1.ListDecommissionsResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "id"); err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.Decommission]{
		From: rpc.All(store.Decommissions), Count: rpc.Count(store.Decommissions),
		Keep: func(v *store.View, record *eilev1.Decommission) (bool, error) {
			if req.GetProposedBy() != "" && !casework.SamePerson(record.GetProposedBy(), req.GetProposedBy()) {
				return false, nil
			}
			err := figures.Decommission(v, s.office.Register.List(), record)
			return req.GetState() == 0 || record.GetState() == req.GetState(), err
		},
	})
	return &eilev1.ListDecommissionsResponse{
		Decommissions: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}
