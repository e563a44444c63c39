package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type tenancies struct {
	eilev1.UnimplementedTenancyServiceServer
	office *rpc.Office
}

func (s *tenancies) GetTenancy(ctx context.Context, req *eilev1.GetTenancyRequest) (*eilev1.Tenancy, error) {
	return rpc.Get(ctx, s.office, store.Tenancies, req.GetId())
}

func (s *tenancies) ListTenancies(ctx context.Context, req *eilev1.ListTenanciesRequest) (*eilev1.ListTenanciesResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "id"); err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.Tenancy]{
		From: rpc.All(store.Tenancies), Count: rpc.Count(store.Tenancies),
		Keep: func(_ *store.View, tenancy *eilev1.Tenancy) (bool, error) { return filter.Tenancy(req, tenancy), nil },
	})
	return &eilev1.ListTenanciesResponse{
		Tenancies: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

// amend changes one stored tenancy and answers it as it is then.
func (s *tenancies) amend(ctx context.Context, req rpc.Mutation, action, reason, id string, fn func(casework.Change, *eilev1.Tenancy) error) (*eilev1.Tenancy, error) {
	return rpc.Amend(ctx, s.office, store.Tenancies, id, req, action, reason, fn)
}

func (s *tenancies) RecordTenancyStep(ctx context.Context, req *eilev1.RecordTenancyStepRequest) (*eilev1.Tenancy, error) {
	return s.amend(ctx, req, "tenancy.step", "", req.GetId(), func(c casework.Change, stored *eilev1.Tenancy) error {
		on, err := form.PastDay("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return tenancy.RecordStep(c, stored, req.GetStep(), on)
	})
}

func (s *tenancies) FailTenancy(ctx context.Context, req *eilev1.FailTenancyRequest) (*eilev1.Tenancy, error) {
	return s.amend(ctx, req, "tenancy.fail", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.Fail(c, stored, req.GetReason())
	})
}

func (s *tenancies) EndTenancy(ctx context.Context, req *eilev1.EndTenancyRequest) (*eilev1.Tenancy, error) {
	return s.amend(ctx, req, "tenancy.end", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Tenancy) error {
		on, err := form.PastDay("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return tenancy.End(c, stored, req.GetReason(), on)
	})
}
