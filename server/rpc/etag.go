package rpc

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// seeing is a request that says which state of a record its caller read.
type seeing interface{ GetEtag() string }

// Tag fills in the etag of a record that was read and that nothing is added to yet,
// and when the register first had it. What has none is left so.
func Tag(record any) error {
	switch r := record.(type) {
	case *eilev1.Application:
		r.CreateTime = r.GetReceivedAt()
	case *eilev1.Offer:
		r.CreateTime = r.GetCreatedAt()
	case *eilev1.Programme:
		r.CreateTime = r.GetCreatedAt()
	case *eilev1.Decommission:
		r.CreateTime = r.GetProposedAt()
	case *eilev1.Tenancy:
		return tagTenancy(r)
	case *eilev1.Run:
		return tagRun(r)
	}
	return nil
}

// A tenancy and a run keep no etag: theirs is a digest.

func tagTenancy(tenancy *eilev1.Tenancy) (err error) {
	tenancy.Etag, err = casework.ETag(tenancy)
	tenancy.CreateTime = tenancy.GetCreatedAt()
	return err
}

func tagRun(run *eilev1.Run) (err error) {
	run.Etag, err = casework.ETag(run)
	run.CreateTime = run.GetStartedAt()
	return err
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
