package audit

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Marks are the fields of a record by which a caller knows one state of it from
// another: the etag names the change that wrote it, the moment is that of the change.
type Marks struct {
	Etag    *string
	Updated **timestamppb.Timestamp
}

// MarksOf finds them; false: the kind is never amended and has none.
func MarksOf(record any) (Marks, bool) {
	switch r := record.(type) {
	case *eilev1.Application:
		return Marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Unit:
		return Marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Offer:
		return Marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Tenancy:
		return Marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Run:
		return Marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Programme:
		return Marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Decommission:
		return Marks{&r.Etag, &r.UpdateTime}, true
	case *eilev1.Decision:
		return Marks{&r.Etag, &r.UpdateTime}, true
	default:
		return Marks{}, false
	}
}
