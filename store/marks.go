package store

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// marks are the fields of a record by which a caller knows one state of it from
// another: the etag names the change that wrote it, the moment is that of the change.
type marks struct {
	etag    *string
	updated **timestamppb.Timestamp
}

// marksOf finds them; false: the kind is never amended and has none.
func marksOf(record any) (marks, bool) {
	switch r := record.(type) {
	case *eilev1.Application:
		return marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Unit:
		return marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Offer:
		return marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Tenancy:
		return marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Run:
		return marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Programme:
		return marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Decommission:
		return marks{&r.Etag, &r.UpdateTime}, true
	default:
		return marks{}, false
	}
}

// mark notes in a record which change writes it, and when. It is done where records
// are written and nowhere else, so that the etag and the moment change together and
// with every write. Only an import writes otherwise: its records carry its id, and no
// moment until they are changed.
func (tx *Tx) mark(record any) {
	if m, ok := marksOf(record); ok {
		*m.etag, *m.updated = tx.ID(), tx.at()
	}
}
