package server

import (
	"context"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/duplicate"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

type duplicates struct {
	eilev1.UnimplementedDuplicateServiceServer
	office *rpc.Office

	// The groups of the revision that was last asked for: the pages of one list
	// compare the people once. They hold no personal data and are not changed.
	mu       sync.Mutex
	revision uint64
	groups   []*eilev1.DuplicateGroup
}

func (s *duplicates) ListDuplicates(ctx context.Context, req *eilev1.ListDuplicatesRequest) (*eilev1.ListDuplicatesResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "reference"); err != nil {
		return nil, err
	}
	page, err := rpc.PageOf(req)
	if err != nil {
		return nil, err
	}
	all, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	var asked []*eilev1.DuplicateGroup
	for _, group := range all {
		if filter.Duplicate(req, group) {
			asked = append(asked, group)
		}
	}
	rows := rpc.Cut(page, asked, func(group *eilev1.DuplicateGroup) string { return group.GetApplications()[0].GetReference() })
	return &eilev1.ListDuplicatesResponse{
		Groups: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, nil
}

func referencesOf(group *eilev1.DuplicateGroup) []string {
	references := make([]string, len(group.GetApplications()))
	for i, application := range group.GetApplications() {
		references[i] = application.GetReference()
	}
	return references
}

func (s *duplicates) DecideDuplicate(ctx context.Context, req *eilev1.DecideDuplicateRequest) (*eilev1.DuplicateDecision, error) {
	finding, fault := s.finding(ctx, req)
	id, err := s.office.Change(ctx, req, "duplicate.decide", req.GetDecision().GetReason(), func(c casework.Change) error {
		// Not before: a request that is repeated finds its group changed by itself.
		if fault != nil {
			return fault
		}
		c.Tx.Result(c.Tx.ID())
		return decision.JudgeDuplicate(c, req.GetGroup(), proto.CloneOf(finding), req.GetDecision())
	})
	if err != nil {
		return nil, err
	}
	return rpc.Get(ctx, s.office, store.Duplicates, id)
}

// finding is what the request says about the group as it is now.
func (s *duplicates) finding(ctx context.Context, req *eilev1.DecideDuplicateRequest) (*eilev1.DuplicateDecision, error) {
	groups, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(groups, func(group *eilev1.DuplicateGroup) bool { return group.GetId() == req.GetGroup() })
	if at < 0 {
		return nil, told.NotFound(words.Say("what.group_of_duplicates", words.Text("group", req.GetGroup())))
	}
	all := referencesOf(groups[at])
	finding := &eilev1.DuplicateDecision{References: all, Outcome: req.GetOutcome(), Kept: req.GetKept()}
	if len(req.GetReferences()) > 0 {
		finding.References = slices.Sorted(slices.Values(req.GetReferences()))
	}
	finding.Reasons = duplicate.Reasons(groups[at], finding.GetReferences())
	return finding, form.Duplicate(finding, all)
}

// current are the groups of the register as it is now.
func (s *duplicates) current(ctx context.Context) ([]*eilev1.DuplicateGroup, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.office.View(ctx, func(v *store.View) error {
		if v.Revision() == s.revision {
			return nil
		}
		groups, err := figures.Duplicates(v)
		if err == nil {
			s.revision, s.groups = v.Revision(), groups
		}
		return err
	})
	return s.groups, err
}
