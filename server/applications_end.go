package server

import (
	"context"
	"strings"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/intake"
	"github.com/eile-housing/eile/server/rpc"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

func (s *applications) WithdrawApplication(ctx context.Context, req *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error) {
	return s.amend(ctx, req, "application.withdraw", req.GetReason(), req.GetReference(),
		func(c casework.Change, stored *eilev1.Application) error {
			return application.Withdraw(c, stored, req.GetReason())
		})
}

func (s *applications) SuspendApplication(ctx context.Context, req *eilev1.SuspendApplicationRequest) (*eilev1.Application, error) {
	return s.amend(ctx, req, "application.suspend", req.GetDecision().GetReason(), req.GetReference(),
		func(c casework.Change, stored *eilev1.Application) error {
			return application.Suspend(c, stored, req.GetFrom(), req.GetUntil(), req.GetDecision())
		})
}

func (s *applications) ReinstateApplication(ctx context.Context, req *eilev1.ReinstateApplicationRequest) (*eilev1.Application, error) {
	return s.amend(ctx, req, "application.reinstate", req.GetDecision().GetReason(), req.GetReference(),
		func(c casework.Change, stored *eilev1.Application) error {
			return application.Reinstate(c, stored, req.GetDecision())
		})
}

func (s *applications) RemoveApplication(ctx context.Context, req *eilev1.RemoveApplicationRequest) (*eilev1.Application, error) {
	return s.amend(ctx, req, "application.remove", req.GetDecision().GetReason(), req.GetReference(),
		func(c casework.Change, stored *eilev1.Application) error {
			return application.Remove(c, stored, req.GetReject(), req.GetDecision())
		})
}

func (s *applications) GrantGround(ctx context.Context, req *eilev1.GrantGroundRequest) (*eilev1.Application, error) {
	return s.amend(ctx, req, "application.grant", req.GetDecision().GetReason(), req.GetReference(),
		func(c casework.Change, stored *eilev1.Application) error {
			return application.GrantGround(c, stored, req.GetCode(), req.GetFrom(), req.GetUntil(), req.GetDecision())
		})
}

func (s *applications) GetPerson(ctx context.Context, req *eilev1.GetPersonRequest) (person *eilev1.Person, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		if _, err := store.Applications.Get(v, req.GetReference()); err != nil {
			return err
		}
		person, err = store.Persons.Get(v, req.GetReference())
		return err
	})
	return person, err
}

// ErasePerson deletes the personal data and, of the household, the dates of
// birth. What was decided stays in the history.
func (s *applications) ErasePerson(ctx context.Context, req *eilev1.ErasePersonRequest) (*eilev1.ErasePersonResponse, error) {
	err := rpc.ChangeOne(ctx, s.office, store.Applications, req.GetReference(), req, "application.erase", req.GetReason(), application.Erase)
	if err == nil {
		err = s.office.Register.Forget(context.WithoutCancel(ctx), req.GetReference())
	}
	if err != nil {
		return nil, err
	}
	return &eilev1.ErasePersonResponse{Reference: req.GetReference()}, nil
}

func (s *applications) IssueAccessCode(ctx context.Context, req *eilev1.IssueAccessCodeRequest) (*eilev1.IssueAccessCodeResponse, error) {
	stored, err := s.amend(ctx, req, "application.code", "", req.GetReference(),
		func(c casework.Change, stored *eilev1.Application) error {
			stored.AccessGeneration++
			return state.Settle(c, stored)
		})
	if err != nil {
		return nil, err
	}
	return &eilev1.IssueAccessCodeResponse{
		Reference: req.GetReference(), AccessCode: s.codes.Of(req.GetReference(), stored.GetAccessGeneration()),
	}, nil
}

// ListHistory returns the entries about a subject; what an import brought
// begins with the entry that decided the import.
func (s *applications) ListHistory(ctx context.Context, req *eilev1.ListHistoryRequest) (*eilev1.ListHistoryResponse, error) {
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.AuditEntry]{
		From: func(v *store.View, start string) rpc.Entries[*eilev1.AuditEntry] {
			return historyOf(v, req.GetReference(), start)
		},
		Keep: func(_ *store.View, entry *eilev1.AuditEntry) (bool, error) {
			return filter.Action(req.GetAction(), entry.GetAction()), nil
		},
	})
	if err == nil && len(rows.Rows) == 0 && req.GetPageToken() == "" && req.GetAction() == "" {
		err = told.NotFound(words.Say("what.history", words.Text("subject", req.GetReference())))
	}
	return &eilev1.ListHistoryResponse{
		Entries: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

// historyOf yields what decided the import that brought a subject, and then its
// own entries. The ids of the former begin with a point, before every moment.
func historyOf(v *store.View, reference, start string) rpc.Entries[*eilev1.AuditEntry] {
	return func(yield func(store.Entry[*eilev1.AuditEntry], error) bool) {
		if at, early := strings.CutPrefix(start, "."); early || start == "" {
			start = ""
			if !decidedBy(v, reference, at, yield) {
				return
			}
		}
		for entry, err := range v.EntriesAbout(reference, start) {
			if !yield(entry, err) {
				return
			}
		}
	}
}

// decidedBy yields the entries that decided the import which brought a subject,
// and tells whether more are asked for.
func decidedBy(v *store.View, reference, start string, yield func(store.Entry[*eilev1.AuditEntry], error) bool) bool {
	brought, err := broughtBy(v, reference)
	if err != nil {
		yield(store.Entry[*eilev1.AuditEntry]{}, err)
		return false
	}
	for entry, err := range v.EntriesAbout(brought, start) {
		if err == nil && entry.Record.GetAction() != intake.ActionDecide {
			continue
		}
		entry.ID = "." + entry.ID
		if !yield(entry, err) || err != nil {
			return false
		}
	}
	return true
}

// broughtBy returns the import that brought an application or a unit.
func broughtBy(v *store.View, reference string) (string, error) {
	application, ok, err := store.Applications.Find(v, reference)
	if err != nil || ok {
		return application.GetImport(), err
	}
	unit, _, err := store.Units.Find(v, reference)
	return unit.GetImport(), err
}
