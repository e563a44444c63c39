package server

import (
	"cmp"
	"context"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/store"
)

type units struct {
	eilev1.UnimplementedUnitServiceServer
	*Server
}

// given keeps what a caller may set of a home.
func givenUnit(unit *eilev1.Unit) *eilev1.Unit {
	kept := fresh(unit)
	kept.Condition, kept.OpenOffer, kept.Tenancy, kept.ProposedDecision = nil, "", "", nil
	kept.Etag, kept.Inspections, kept.Import, kept.ImportDigest = "", nil, "", nil
	kept.StatusSince, kept.LeftStockOn, kept.GivingUp, kept.Vacancy = nil, nil, nil, nil
	kept.FormerTenancy, kept.LastTenancy = "", nil
	return kept
}

func (s *Server) checkUnit(rules *policy.Policy, unit *eilev1.Unit) error {
	faults := typeFacts("unit.attributes", unit.GetAttributes(), rules.Attributes(policy.UnitKind))
	faults = faults.with(against("unit.", rules.ValidateUnit(unit)))
	faults = append(faults, checkLease(unit)...)
	if len(faults) > 0 {
		return faults
	}
	return nil
}

func (s *units) RegisterUnit(ctx context.Context, req *eilev1.RegisterUnitRequest) (*eilev1.Unit, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	unit := givenUnit(req.GetUnit())
	if unit.GetReference() == "" {
		return nil, wrong("unit.reference", "a home needs a reference")
	}
	if err := s.checkUnit(in.policy, unit); err != nil {
		return nil, err
	}
	_, err = s.change(ctx, req, "unit.register", "", func(c casework.Change) error {
		_, taken, err := store.Units.Find(c.Tx, unit.GetReference())
		if err != nil {
			return err
		}
		if taken {
			return exists("unit " + unit.GetReference())
		}
		c.Tx.Result(unit.GetReference())
		return home.Register(c, fresh(unit))
	})
	if err != nil {
		return nil, err
	}
	return s.unit(ctx, unit.GetReference())
}

func (s *Server) unit(ctx context.Context, reference string) (*eilev1.Unit, error) {
	var unit *eilev1.Unit
	err := s.register.View(ctx, func(v *store.View) error {
		var err error
		unit, err = store.Units.Get(v, reference)
		return err
	})
	return unit, err
}

func (s *units) GetUnit(ctx context.Context, req *eilev1.GetUnitRequest) (*eilev1.Unit, error) {
	unit, err := s.unit(ctx, req.GetReference())
	if err != nil {
		return nil, err
	}
	return unit, s.lastTenancy(ctx, unit)
}

// lastTenancy fills in the tenancy in force, or else the former one.
func (s *Server) lastTenancy(ctx context.Context, unit *eilev1.Unit) error {
	id := cmp.Or(unit.GetTenancy(), unit.GetFormerTenancy())
	if id == "" {
		return nil
	}
	return s.register.View(ctx, func(v *store.View) error {
		var err error
		unit.LastTenancy, err = store.Tenancies.Get(v, id)
		return err
	})
}

func (s *units) ListUnits(ctx context.Context, req *eilev1.ListUnitsRequest) (*eilev1.ListUnitsResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListUnitsResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Units.All(v, "", start) {
			if err != nil {
				return err
			}
			unit := entry.Record
			if !listed(req, unit) {
				continue
			}
			if len(answer.Units) == size {
				answer.NextPageToken = nextPage(req, entry.ID)
				return nil
			}
			answer.Units = append(answer.Units, unit)
		}
		return nil
	})
	return answer, err
}

// listed tells whether a home is asked for. The condition of one that is given
// up is history: it is listed by its status only.
func listed(req *eilev1.ListUnitsRequest, unit *eilev1.Unit) bool {
	const gone = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
	switch {
	case req.GetStatus() != 0 && unit.GetStatus() != req.GetStatus():
		return false
	case req.GetCondition() == 0:
		return true
	}
	return unit.GetCondition().GetState() == req.GetCondition() && (unit.GetStatus() != gone || req.GetStatus() == gone)
}

func (s *units) AmendUnit(ctx context.Context, req *eilev1.AmendUnitRequest) (*eilev1.Unit, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	given := givenUnit(req.GetUnit())
	reference := given.GetReference()
	if err := checkUnitMask(req.GetUpdateMask()); err != nil {
		return nil, err
	}
	_, err = s.change(ctx, req, "unit.amend", "", func(c casework.Change) error {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		if etag := req.GetUnit().GetEtag(); etag != "" && etag != unit.GetEtag() {
			return changed("unit " + reference)
		}
		before := unit.GetStatus()
		amendUnit(unit, given, req.GetUpdateMask())
		if err := s.checkUnit(in.policy, unit); err != nil {
			return err
		}
		c.Tx.Result(reference)
		return home.Amend(c, unit, before)
	})
	if err != nil {
		return nil, err
	}
	return s.unit(ctx, reference)
}

// notAmendable are the fields of a home that the machine keeps.
var notAmendable = map[string]bool{
	"reference": true, "condition": true, "open_offer": true, "tenancy": true, "proposed_decision": true,
	"etag": true, "inspections": true, "import": true, "import_digest": true, "status_since": true,
	"left_stock_on": true, "giving_up": true, "vacancy": true, "former_tenancy": true, "last_tenancy": true,
}

func checkUnitMask(mask *fieldmaskpb.FieldMask) error {
	if len(mask.GetPaths()) == 0 {
		return wrong("update_mask", "name what is to change, such as rooms or wear_percent")
	}
	fields := (&eilev1.Unit{}).ProtoReflect().Descriptor().Fields()
	for _, path := range mask.GetPaths() {
		if strings.HasPrefix(path, "attributes.") {
			continue
		}
		field := fields.ByTextName(path)
		if field == nil || notAmendable[path] {
			return wrong("update_mask", "%q cannot be amended", path)
		}
	}
	return nil
}

func amendUnit(unit, given *eilev1.Unit, mask *fieldmaskpb.FieldMask) {
	into, from := unit.ProtoReflect(), given.ProtoReflect()
	for _, path := range mask.GetPaths() {
		if name, single := strings.CutPrefix(path, "attributes."); single {
			setFact(&unit.Attributes, name, given.GetAttributes())
			continue
		}
		field := into.Descriptor().Fields().ByTextName(path)
		if from.Has(field) {
			into.Set(field, from.Get(field))
		} else {
			into.Clear(field)
		}
	}
}

func (s *units) InspectUnit(ctx context.Context, req *eilev1.InspectUnitRequest) (*eilev1.Unit, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	inspection := fresh(req.GetInspection())
	inspection.Import = ""
	if err := s.checkInspection(in.policy, inspection); err != nil {
		return nil, err
	}
	_, err = s.change(ctx, req, "unit.inspect", "", func(c casework.Change) error {
		unit, err := store.Units.Get(c.Tx, inspection.GetUnit())
		if err != nil {
			return err
		}
		record := proto.CloneOf(inspection)
		record.Id = c.Tx.ID()
		c.Tx.Result(unit.GetReference())
		return home.Inspect(c, unit, record)
	})
	if err != nil {
		return nil, err
	}
	return s.unit(ctx, inspection.GetUnit())
}

func (s *Server) checkInspection(rules *policy.Policy, inspection *eilev1.Inspection) error {
	faults := typeFacts("inspection.attributes", inspection.GetAttributes(), rules.Attributes(policy.InspectionKind))
	today, err := s.today()
	if err != nil {
		return err
	}
	on, ok, err := day.FromProto(inspection.GetInspectedOn())
	switch {
	case err != nil:
		faults = append(faults, fieldFault{"inspection.inspected_on", err.Error()})
	case !ok:
		faults = append(faults, fieldFault{"inspection.inspected_on", "it is missing"})
	case on > today.Today:
		faults = append(faults, fieldFault{"inspection.inspected_on", on.String() + " is in the future"})
	}
	faults = faults.with(against("inspection.", rules.ValidateInspection(inspection)))
	if len(faults) > 0 {
		return faults
	}
	return nil
}
