package server

import (
	"cmp"
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type units struct {
	eilev1.UnimplementedUnitServiceServer
	office *rpc.Office
}

func (s *units) RegisterUnit(ctx context.Context, req *eilev1.RegisterUnitRequest) (*eilev1.Unit, error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	unit := proto.CloneOf(req.GetUnit())
	if unit.GetReference() == "" {
		return nil, form.Wrong("unit.reference", words.Reason("NO_REFERENCE"))
	}
	if unit.GetEtag() != "" {
		return nil, form.Wrong("unit.etag", words.Reason("OUTPUT_ONLY"))
	}
	if err := form.Unit(rules.Policy, nil, unit); err != nil {
		return nil, err
	}
	_, err = s.office.Change(ctx, req, "unit.register", "", func(c casework.Change) error {
		_, taken, err := store.Units.Find(c.Tx, unit.GetReference())
		if err != nil {
			return err
		}
		if taken {
			return rpc.AlreadyRegistered(store.Units.Noun, unit.GetReference())
		}
		c.Tx.Result(unit.GetReference())
		return home.Register(c, proto.CloneOf(unit))
	})
	if err != nil {
		return nil, err
	}
	return rpc.Get(ctx, s.office, store.Units, unit.GetReference())
}

// GetUnit returns a home with the tenancy in force, or else the former one.
func (s *units) GetUnit(ctx context.Context, req *eilev1.GetUnitRequest) (unit *eilev1.Unit, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		if unit, err = store.Units.Get(v, req.GetReference()); err != nil {
			return err
		}
		rpc.Date(unit)
		return fillTenancy(v, unit)
	})
	return unit, err
}

// fillTenancy reads the tenancy in force of a home, or else the former one.
func fillTenancy(from store.Source, unit *eilev1.Unit) (err error) {
	if id := cmp.Or(unit.GetTenancy(), unit.GetFormerTenancy()); id != "" {
		if unit.LastTenancy, err = store.Tenancies.Get(from, id); err == nil {
			rpc.Date(unit.GetLastTenancy())
		}
	}
	return err
}

func (s *units) ListUnits(ctx context.Context, req *eilev1.ListUnitsRequest) (*eilev1.ListUnitsResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "reference"); err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.Unit]{
		From: rpc.All(store.Units), Count: rpc.Count(store.Units),
		Keep: func(_ *store.View, unit *eilev1.Unit) (bool, error) { return filter.Unit(req, unit), nil },
	})
	return &eilev1.ListUnitsResponse{
		Units: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

func (s *units) AmendUnit(ctx context.Context, req *eilev1.AmendUnitRequest) (*eilev1.Unit, error) {
	if _, err := s.office.Book.Today(); err != nil {
		return nil, err
	}
	given := req.GetUnit()
	if err := form.UnitMask(req.GetUpdateMask()); err != nil {
		return nil, err
	}
	return rpc.Amend(ctx, s.office, store.Units, given.GetReference(), req, "unit.amend", "", func(c casework.Change, unit *eilev1.Unit) error {
		if err := casework.Seen(store.Units.Noun, unit.GetReference(), given.GetEtag(), unit); err != nil {
			return err
		}
		shown := proto.CloneOf(unit)
		if err := fillTenancy(c.Tx, shown); err != nil {
			return err
		}
		if err := rpc.Unchanged(ctx, "unit", given, shown); err != nil {
			return err
		}
		form.AmendUnit(unit, given, req.GetUpdateMask())
		if err := form.Unit(c.Rules.Policy, shown, unit); err != nil {
			return err
		}
		return home.Amend(c, unit, shown.GetStatus())
	})
}

func (s *units) InspectUnit(ctx context.Context, req *eilev1.InspectUnitRequest) (*eilev1.Unit, error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	inspection := proto.CloneOf(req.GetInspection())
	if err := form.Inspection(rules.Policy, inspection, rules.Today); err != nil {
		return nil, err
	}
	return rpc.Amend(ctx, s.office, store.Units, inspection.GetUnit(), req, "unit.inspect", "", func(c casework.Change, unit *eilev1.Unit) error {
		record := proto.CloneOf(inspection)
		record.Id = c.Tx.ID()
		return home.Inspect(c, unit, record)
	})
}
