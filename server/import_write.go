package server

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/staging"
)

// add puts the records of one row into a piece.
func (u *upload) add(piece *staging.Piece, row packed) error {
	switch u.header.GetKind() {
	case eilev1.ImportKind_IMPORT_KIND_APPLICATIONS:
		return u.addApplication(piece, row)
	case eilev1.ImportKind_IMPORT_KIND_UNITS:
		unit := new(eilev1.Unit)
		if err := proto.Unmarshal(row.record, unit); err != nil {
			return err
		}
		unit.Import, unit.ImportDigest = u.id, row.digest()
		unit.Etag = u.id
		state.Complete(u.rules, unit)
		piece.AddUnit(unit)
		return nil
	}
	inspection := new(eilev1.Inspection)
	if err := proto.Unmarshal(row.record, inspection); err != nil {
		return err
	}
	inspection.Import = u.id
	inspection.Id = row.reference[strings.LastIndexByte(row.reference, '/')+1:]
	store.Inspections.AddTo(piece, row.reference, inspection)
	return nil
}

func (u *upload) addApplication(piece *staging.Piece, row packed) error {
	application := new(eilev1.Application)
	if err := proto.Unmarshal(row.record, application); err != nil {
		return err
	}
	application.Import, application.ImportDigest = u.id, row.digest()
	application.Etag = u.id
	application.ReceivedAt = timestamppb.New(u.Now())
	application.AccessGeneration = 1
	placement := state.Evaluate(u.rules, application)
	if proposal := application.GetProposedDecision(); proposal != nil {
		proposal.ProposedAt = application.GetReceivedAt()
	}
	store.Applications.AddTo(piece, row.reference, application)
	piece.Place(placement)
	if row.person == nil {
		return nil
	}
	person := new(eilev1.Person)
	if err := proto.Unmarshal(row.person, person); err != nil {
		return err
	}
	store.Persons.AddTo(piece, row.reference, person)
	return nil
}

// settleInspections assesses the homes that imported inspections speak of. The
// inspections are decided by then; killed in the middle, it is done at start.
func (s *Server) settleInspections(ctx context.Context) error {
	rules, err := s.today()
	if err != nil {
		return err
	}
	unsettled := map[string]*eilev1.ImportRecord{}
	homes := map[string][]*eilev1.Inspection{}
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Imports.All(v, "", "") {
			if err != nil {
				return err
			}
			if entry.Record.GetUnsettled() && entry.Record.GetState() == eilev1.ImportState_IMPORT_STATE_DECIDED {
				unsettled[entry.ID] = entry.Record
			}
		}
		if len(unsettled) == 0 {
			return nil
		}
		for entry, err := range store.Inspections.All(v, "", "") {
			if err != nil {
				return err
			}
			if unsettled[entry.Record.GetImport()] != nil {
				homes[entry.Record.GetUnit()] = append(homes[entry.Record.GetUnit()], entry.Record)
			}
		}
		return nil
	})
	if err != nil || len(unsettled) == 0 {
		return err
	}
	references := make([]string, 0, len(homes))
	for reference := range homes {
		references = append(references, reference)
	}
	err = s.each(ctx, "unit.assess", rules, references, func(c casework.Change, reference string) error {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		state.AddInspections(unit, homes[reference])
		return home.Settle(c, unit)
	})
	if err != nil {
		return err
	}
	for id, record := range unsettled {
		_, _, err := s.register.Update(ctx, s.machine("import.settle"), func(tx *store.Tx) error {
			done := proto.CloneOf(record)
			done.Unsettled = false
			return store.Imports.Put(tx, id, done)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
