package schema

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// Up to schema 2 no record said when it was changed last, some kinds kept no etag,
// and homes did not say when the register first had them. The audit tells all of
// it.

// markRecords writes it into each record that can be amended. Rows that nobody
// changed since their import stay as they are: they are as old as their import.
func markRecords(ctx context.Context, m *migration) error {
	var portions [][]unmarked
	err := m.view(ctx, func(s *snapshot) error {
		found := gathered{snapshot: s}
		err := found.all()
		portions = found.portions
		return err
	})
	if err != nil {
		return err
	}
	for _, some := range portions {
		err := m.change(ctx, strings.ReplaceAll(some[0].key, "/", "-"), func(p *portion) error {
			for _, record := range some {
				if err := record.write(p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("record %s and those after it: %w", some[0].key, err)
		}
	}
	return nil
}

const (
	// marksPortion and marksBytes bound what one transaction writes of records.
	marksPortion = kv.MaxOps / 2
	marksBytes   = kv.MaxTxBytes / 2
)

// unmarked is a record to which its marks are to be added.
type unmarked struct {
	key   string
	write func(*portion) error
}

// gathered are the records of a register that lack their marks, in portions for one
// transaction each.
type gathered struct {
	snapshot *snapshot
	portions [][]unmarked
	size     int // bytes of the last portion
}

func (g *gathered) all() error {
	for _, kind := range []func() error{
		func() error {
			return gather(g, applications, (*eilev1.Application).GetReference)
		},
		func() error {
			return gather(g, units, (*eilev1.Unit).GetReference)
		},
		func() error {
			return gather(g, offers, (*eilev1.Offer).GetId)
		},
		func() error {
			return gather(g, tenancies, (*eilev1.Tenancy).GetUnit)
		}, // the audit names the home
		func() error { return gather(g, runs, (*eilev1.Run).GetId) },
		func() error {
			return gather(g, programmes, (*eilev1.Programme).GetName)
		},
		func() error {
			return gather(g, decommissions, (*eilev1.Decommission).GetId)
		},
		func() error { return gather(g, decisions, (*eilev1.Decision).GetSubject) },
	} {
		if err := kind(); err != nil {
			return err
		}
	}
	return nil
}

// gather finds those of one kind; subject is what the audit calls them.
func gather[T any, M layout.Message[T]](g *gathered, of kind[T, M], subject func(M) string) error {
	for entry, err := range of.all(g.snapshot, "") {
		if err != nil {
			return err
		}
		id := entry.id
		told, err := g.tell(entry.record, string(of.key(id)), subject(entry.record))
		if err != nil {
			return fmt.Errorf("%s %s: %w", of.noun, id, err)
		}
		if !told.any() {
			continue
		}
		g.add(proto.Size(entry.record), unmarked{string(of.key(id)), func(p *portion) error {
			return amend(p, of, id, func(record M) { told.into(record) })
		}})
	}
	return nil
}

func (g *gathered) add(weight int, record unmarked) {
	if last := len(g.portions) - 1; last < 0 || len(g.portions[last]) == marksPortion || g.size+weight > marksBytes {
		g.portions, g.size = append(g.portions, nil), 0
	}
	last := len(g.portions) - 1
	g.portions[last], g.size = append(g.portions[last], record), g.size+weight
}

// untold is the etag of a record of whose writing nothing tells.
const untold = "schema-3"

// told is what the audit tells of a record and the record does not say itself.
type told struct {
	etag             string
	created, updated time.Time
}

func (t told) any() bool { return t != told{} }

// tell reads what the audit tells of a record under a key.
func (g *gathered) tell(record any, key, subject string) (told, error) {
	m, _ := audit.MarksOf(record)
	unit, isUnit := record.(*eilev1.Unit)
	undated := isUnit && unit.GetCreateTime() == nil
	id := importOf(record)
	if *m.Updated != nil || id != "" && *m.Etag == id && !undated {
		return told{}, nil
	}
	found, err := g.changes(key, subject)
	if err != nil {
		return told{}, err
	}
	if *m.Etag == "" {
		found.etag = cmp.Or(found.etag, id, untold)
	} else {
		found.etag = ""
	}
	switch {
	case !undated:
		found.created = time.Time{}
	case id != "":
		brought, _, err := staging.Decision(g.snapshot.reader, id)
		if err != nil {
			return told{}, err
		}
		found.created = brought.At
	}
	return found, nil
}

// changes reads when a record was first and last written, and by which change.
func (g *gathered) changes(key, subject string) (found told, err error) {
	for entry, err := range g.snapshot.history(subject) {
		if err != nil {
			return told{}, err
		}
		if entry.GetAction() == migrates || !touches(entry, key) {
			continue
		}
		found.etag, found.updated = entry.GetId(), entry.GetAt().AsTime()
		if found.created.IsZero() {
			found.created = found.updated
		}
	}
	return found, nil
}

func touches(entry *eilev1.AuditEntry, key string) bool {
	for _, change := range entry.GetChanges() {
		if change.GetKey() == key {
			return true
		}
	}
	return false
}

// into writes it into the record.
func (t told) into(record any) {
	m, _ := audit.MarksOf(record)
	if t.etag != "" {
		*m.Etag = t.etag
	}
	if !t.updated.IsZero() {
		*m.Updated = timestamppb.New(t.updated)
	}
	if unit, ok := record.(*eilev1.Unit); ok && !t.created.IsZero() {
		unit.CreateTime = timestamppb.New(t.created)
	}
}
