package server

import (
	"cmp"
	"context"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
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
	from, until, err := s.between(req)
	if err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.AuditEntry]{
		From: func(v *store.View, start string) rpc.Entries[*eilev1.AuditEntry] {
			entries := entriesFrom(v, from, req.GetSubject(), start)
			if until.IsZero() {
				return entries
			}
			return before(until, entries)
		},
		Keep: func(_ *store.View, entry *eilev1.AuditEntry) (bool, error) { return filter.Entry(req, entry), nil },
	})
	return &eilev1.ListAuditEntriesResponse{
		Entries: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

// between is the moment from which entries are asked for, and that before which they end: the end
// of a last day, or a time itself; zero: no end.
func (s *audits) between(req *eilev1.ListAuditEntriesRequest) (from, until time.Time, err error) {
	zone := s.office.Book.Zone()
	first, given, err := form.Moment("from", req.GetFrom(), req.GetFromDate())
	switch {
	case err != nil:
		return from, until, err
	case given:
		from = first.First(zone)
	default:
		from = s.office.Clock.Now().AddDate(-200, 0, 0)
	}
	last, given, err := form.Moment("until", req.GetUntil(), req.GetUntilDate())
	if err != nil || !given {
		return from, until, err
	}
	if until = last.Last(zone); !last.Timed() {
		until = until.Add(time.Nanosecond)
	}
	return from, until, nil
}

// entriesFrom yields the entries from a moment on by the shortest way that the subject allows.
func entriesFrom(v *store.View, from time.Time, subject, start string) rpc.Entries[*eilev1.AuditEntry] {
	if subject == "" {
		return v.AuditEntries(from, start)
	}
	return v.EntriesAbout(subject, cmp.Or(start, audit.MomentKey(from)))
}

// before ends entries at a moment.
func before(until time.Time, entries rpc.Entries[*eilev1.AuditEntry]) rpc.Entries[*eilev1.AuditEntry] {
	return func(yield func(store.Entry[*eilev1.AuditEntry], error) bool) {
		for entry, err := range entries {
			if err == nil && !entry.Record.GetAt().AsTime().Before(until) {
				return
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}
