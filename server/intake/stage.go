package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/staging"
)

const (
	actionWrite = "import.write"
	// importers write pieces at a time; they share commits.
	importers = 16
	// rowsInPiece is bounded by the keys of a transaction: a row has at most four.
	rowsInPiece = 30
)

// batch writes the rows of one file, unseen.
type batch struct {
	office *rpc.Office
	rules  casework.Rules
	id     string // of the import
	kind   eilev1.ImportKind
	rows   []row // in order of reference, since scattered writes cost the store a page each
}

// write writes every row and decides; written is told in between.
func (b *batch) write(ctx context.Context, stamp store.Stamp, written func() error) (err error) {
	staged, err := b.office.Register.BeginImport(ctx, b.id)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, staged.Abort(context.WithoutCancel(ctx)))
		}
	}()
	if err := b.pieces(ctx, staged, stamp.Actor); err != nil {
		if errors.Is(err, store.ErrTaken) {
			return rpc.ChangedMeanwhile(words.Reason("CHANGED_MEANWHILE.row"))
		}
		return err
	}
	if err := written(); err != nil {
		return err
	}
	stamp.Now = b.office.Clock.Now()
	kept := &eilev1.ImportRecord{
		Rows: int32(len(b.rows)), Kind: b.kind, Unsettled: b.kind == eilev1.ImportKind_IMPORT_KIND_INSPECTIONS,
	}
	_, err = staged.Decide(ctx, stamp, kept)
	return err
}

// pieces writes all rows.
func (b *batch) pieces(ctx context.Context, staged *store.Import, actor string) error {
	stamp := store.Stamp{Now: b.office.Clock.Now(), Actor: actor, Action: actionWrite}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(importers)
	number := uint32(0)
	for rows := range slices.Chunk(b.rows, rowsInPiece) {
		if ctx.Err() != nil {
			break
		}
		at := number
		number++
		group.Go(func() error {
			piece := staged.Piece()
			for _, row := range rows {
				if err := b.add(piece, row); err != nil {
					return err
				}
			}
			if err := staged.Write(ctx, stamp, at, piece); err != nil {
				return fmt.Errorf("import: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// add puts the records of one row into a piece.
func (b *batch) add(piece *staging.Piece, row row) error {
	switch b.kind {
	case eilev1.ImportKind_IMPORT_KIND_APPLICATIONS:
		return b.addApplication(piece, row)
	case eilev1.ImportKind_IMPORT_KIND_UNITS:
		unit := new(eilev1.Unit)
		if err := proto.Unmarshal(row.record, unit); err != nil {
			return err
		}
		unit.Import, unit.ImportDigest = b.id, row.digest[:]
		unit.Etag, unit.CreateTime = b.id, timestamppb.New(b.office.Clock.Now())
		state.Complete(b.rules, unit)
		piece.AddUnit(unit)
		return nil
	default: // inspections
	}
	inspection := new(eilev1.Inspection)
	if err := proto.Unmarshal(row.record, inspection); err != nil {
		return err
	}
	inspection.Import = b.id
	inspection.Id = row.reference[strings.LastIndexByte(row.reference, '/')+1:]
	store.Inspections.AddTo(piece, row.reference, inspection)
	return nil
}

func (b *batch) addApplication(piece *staging.Piece, row row) error {
	application := new(eilev1.Application)
	if err := proto.Unmarshal(row.record, application); err != nil {
		return err
	}
	application.Import, application.ImportDigest = b.id, row.digest[:]
	application.Etag = b.id
	application.ReceivedAt = timestamppb.New(b.office.Clock.Now())
	application.AccessGeneration = 1
	placement := state.Evaluate(b.rules, application)
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
