package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

type tenancies struct {
	eilev1.UnimplementedTenancyServiceServer
	*Server
}

func (s *tenancies) tenancy(ctx context.Context, id string) (*eilev1.Tenancy, error) {
	var tenancy *eilev1.Tenancy
	err := s.register.View(ctx, func(v *store.View) error {
		var err error
		tenancy, err = store.Tenancies.Get(v, id)
		return err
	})
	return tenancy, err
}

func (s *tenancies) GetTenancy(ctx context.Context, req *eilev1.GetTenancyRequest) (*eilev1.Tenancy, error) {
	return s.tenancy(ctx, req.GetId())
}

func (s *tenancies) ListTenancies(ctx context.Context, req *eilev1.ListTenanciesRequest) (*eilev1.ListTenanciesResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListTenanciesResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Tenancies.All(v, "", start) {
			if err != nil {
				return err
			}
			tenancy := entry.Record
			if req.GetUnit() != "" && tenancy.GetUnit() != req.GetUnit() ||
				req.GetApplication() != "" && tenancy.GetApplication() != req.GetApplication() {
				continue
			}
			if len(answer.Tenancies) == size {
				answer.NextPageToken = nextPage(req, entry.ID)
				return nil
			}
			answer.Tenancies = append(answer.Tenancies, tenancy)
		}
		return nil
	})
	return answer, err
}

func (s *tenancies) onTenancy(ctx context.Context, req mutation, action, reason, id string, fn func(casework.Change, *eilev1.Tenancy) error) (*eilev1.Tenancy, error) {
	_, err := s.change(ctx, req, action, reason, func(c casework.Change) error {
		tenancy, err := store.Tenancies.Get(c.Tx, id)
		if err != nil {
			return err
		}
		c.Tx.Result(id)
		return fn(c, tenancy)
	})
	if err != nil {
		return nil, err
	}
	return s.tenancy(ctx, id)
}

func (s *tenancies) RecordTenancyStep(ctx context.Context, req *eilev1.RecordTenancyStepRequest) (*eilev1.Tenancy, error) {
	return s.onTenancy(ctx, req, "tenancy.step", "", req.GetId(), func(c casework.Change, stored *eilev1.Tenancy) error {
		on, err := dayOr("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return tenancy.RecordStep(c, stored, req.GetStep(), on)
	})
}

func (s *tenancies) FailTenancy(ctx context.Context, req *eilev1.FailTenancyRequest) (*eilev1.Tenancy, error) {
	return s.onTenancy(ctx, req, "tenancy.fail", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.Fail(c, stored, req.GetReason())
	})
}

func (s *tenancies) EndTenancy(ctx context.Context, req *eilev1.EndTenancyRequest) (*eilev1.Tenancy, error) {
	return s.onTenancy(ctx, req, "tenancy.end", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Tenancy) error {
		on, err := dayOr("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return tenancy.End(c, stored, req.GetReason(), on)
	})
}
