package server

import (
	"cmp"
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
)

type audits struct {
	eilev1.UnimplementedAuditServiceServer
	office *rpc.Office
}

func (s *audits) ListAuditEntries(ctx context.Context, req *eilev1.ListAuditEntriesRequest) (*eilev1.ListAuditEntriesResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "at"); err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.AuditEntry]{
		From: func(v *store.View, start string) rpc.Entries[*eilev1.AuditEntry] {
			return before(req.GetUntil(), s.entries(v, req, start))
		},
		Keep: func(_ *store.View, entry *eilev1.AuditEntry) (bool, error) { return filter.Entry(req, entry), nil },
	})
	return &eilev1.ListAuditEntriesResponse{
		Entries: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

// entries yields the entries by the shortest way that the filters allow.
func (s *audits) entries(v *store.View, req *eilev1.ListAuditEntriesRequest, start string) rpc.Entries[*eilev1.AuditEntry] {
	from := s.office.Clock.Now().AddDate(-200, 0, 0)
	if req.GetFrom() != nil {
		from = req.GetFrom().AsTime()
	}
	if req.GetSubject() == "" {
		return v.AuditEntries(from, start)
	}
	return v.EntriesAbout(req.GetSubject(), cmp.Or(start, audit.MomentKey(from)))
}

// before ends entries at a moment; unset: never.
func before(until *timestamppb.Timestamp, entries rpc.Entries[*eilev1.AuditEntry]) rpc.Entries[*eilev1.AuditEntry] {
	if until == nil {
		return entries
	}
	return func(yield func(store.Entry[*eilev1.AuditEntry], error) bool) {
		for entry, err := range entries {
			if err == nil && !entry.Record.GetAt().AsTime().Before(until.AsTime()) {
				return
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}
