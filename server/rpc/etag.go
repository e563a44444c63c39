package rpc

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// seeing is a request that says which state of a record its caller read.
type seeing interface{ GetEtag() string }

// Date fills in when the register first had a record, and when it was changed last:
// what was never changed since it was imported does not say so itself. Kinds that are
// never amended have neither.
func Date(record any) {
	switch r := record.(type) {
	case *eilev1.Application:
		date(&r.CreateTime, &r.UpdateTime, r.GetReceivedAt())
	case *eilev1.Unit:
		date(&r.CreateTime, &r.UpdateTime, r.GetCreateTime())
	case *eilev1.Offer:
		date(&r.CreateTime, &r.UpdateTime, r.GetCreatedAt())
	case *eilev1.Tenancy:
		date(&r.CreateTime, &r.UpdateTime, r.GetCreatedAt())
	case *eilev1.Run:
		date(&r.CreateTime, &r.UpdateTime, r.GetStartedAt())
	case *eilev1.Programme:
		date(&r.CreateTime, &r.UpdateTime, r.GetCreatedAt())
	case *eilev1.Decommission:
		date(&r.CreateTime, &r.UpdateTime, r.GetProposedAt())
	}
}

func date(created, updated **timestamppb.Timestamp, made *timestamppb.Timestamp) {
	if *created = made; *updated == nil {
		*updated = made
	}
}

// seen refuses a request whose caller read another state of a record.
func seen(noun, id string, req, stored any) error {
	asked, sees := req.(seeing)
	tagged, has := stored.(casework.Tagged)
	if !sees || !has {
		return nil
	}
	return casework.Seen(noun, id, asked.GetEtag(), tagged)
}
