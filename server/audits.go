package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type audits struct {
	eilev1.UnimplementedAuditServiceServer
	office *rpc.Office
}

func (s *audits) ListAuditEntries(ctx context.Context, req *eilev1.ListAuditEntriesRequest) (*eilev1.ListAuditEntriesResponse, error) {
	from := s.office.Clock.Now().AddDate(-200, 0, 0)
	if req.GetFrom() != nil {
		from = req.GetFrom().AsTime()
	}
	entries := func(v *store.View, start string) rpc.Entries[*eilev1.AuditEntry] { return v.AuditEntries(from, start) }
	all, next, err := rpc.List(ctx, s.office, req, entries, func(*store.View, *eilev1.AuditEntry) (bool, error) { return true, nil })
	return &eilev1.ListAuditEntriesResponse{Entries: all, NextPageToken: next}, err
}
