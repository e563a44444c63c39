package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

type imports struct {
	eilev1.UnimplementedImportServiceServer
	*Server
}

const (
	actionDecideImport = "import.decide"
	actionWriteImport  = "import.write"
	// progressEvery is after how many rows the caller hears of it.
	progressEvery = 20_000
	// importers write pieces at a time; they share commits.
	importers = 16
)

// Import takes a file: all rows are checked first, and then all are written, or,
// when the upload is partial, the good ones.
func (s *imports) Import(stream grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	header := first.GetHeader()
	if header == nil {
		return wrong("header", "the header comes first")
	}
	ctx := stream.Context()
	rules, err := s.today()
	if err != nil {
		return err
	}
	u := &upload{Server: s.Server, stream: stream, header: header, rules: rules, id: s.NewID(), file: sha256.New()}
	group, ctx := errgroup.WithContext(ctx)
	reader, writer := io.Pipe()
	group.Go(func() error { return receive(stream, writer) })
	group.Go(func() error {
		err := u.check(ctx, io.TeeReader(reader, u.file))
		reader.CloseWithError(err)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return u.finish(stream.Context())
}

// receive hands the pieces of the file on.
func receive(stream grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse], to *io.PipeWriter) error {
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return to.Close()
		}
		if err == nil && part.GetHeader() != nil {
			err = wrong("header", "it comes once")
		}
		if err != nil {
			return errors.Join(err, to.CloseWithError(err))
		}
		if _, err := to.Write(part.GetData()); err != nil {
			return err
		}
	}
}

// upload is one file under way.
type upload struct {
	*Server
	stream grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse]
	header *eilev1.ImportHeader
	rules  casework.Rules
	id     string
	file   hash.Hash // of what came in

	rows      int
	unchanged []string // references of rows that are in the register as they stand
	faults    int
	good      []packed
	written   atomic.Int64
}

// packed is a checked row, kept small until it is written.
type packed struct {
	reference string
	record    []byte // the Application, Unit or Inspection
	person    []byte // the Person; nil when the row has no personal data
}

func (u *upload) send(part *eilev1.ImportResponse) error { return u.stream.Send(part) }

func (u *upload) fault(line int, column, message string) error {
	u.faults++
	return u.send(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Fault{
		Fault: &eilev1.ImportFault{Line: int32(line), Column: column, Message: message},
	}})
}

func (u *upload) progress() error {
	return u.send(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Progress{
		Progress: &eilev1.ImportProgress{Checked: int32(u.rows), Written: int32(u.written.Load()), Rows: int32(len(u.good))},
	}})
}

// finish writes what was checked, unless it was a rehearsal or there are faults.
func (u *upload) finish(ctx context.Context) error {
	result := &eilev1.ImportResult{
		Rows: int32(u.rows), Unchanged: int32(len(u.unchanged)), Faults: int32(u.faults), DryRun: u.header.GetDryRun(),
	}
	if u.faults == 0 || u.header.GetPartial() {
		result.Created = int32(len(u.good))
		if !u.header.GetDryRun() {
			if err := u.write(ctx, result); err != nil {
				return err
			}
		}
		if err := u.sendCodes(ctx); err != nil {
			return err
		}
	}
	return u.send(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Result{Result: result}})
}

// sendCodes answers the access code of every application of the file.
func (u *upload) sendCodes(ctx context.Context) error {
	if !u.header.GetCodes() || u.header.GetDryRun() || u.header.GetKind() != eilev1.ImportKind_IMPORT_KIND_APPLICATIONS {
		return nil
	}
	one := func(reference string, generation int32) error {
		return u.send(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Code{
			Code: &eilev1.ImportCode{Reference: reference, AccessCode: u.access.of(reference, generation)},
		}})
	}
	for _, row := range u.good {
		if err := one(row.reference, 1); err != nil {
			return err
		}
	}
	for _, reference := range u.unchanged {
		application, err := u.application(ctx, reference)
		if err != nil {
			return err
		}
		if err := one(reference, application.GetAccessGeneration()); err != nil {
			return err
		}
	}
	return nil
}

// request stamps what makes the import visible, so that the same request is
// carried out once: its header and its file.
func (u *upload) request(ctx context.Context) (store.Stamp, error) {
	stamp, err := u.stamp(ctx, u.header, actionDecideImport, "")
	sum := sha256.Sum256(u.file.Sum(stamp.RequestSum))
	stamp.RequestSum = sum[:]
	return stamp, err
}

// write writes the good rows, if there are any, unless the same request did.
func (u *upload) write(ctx context.Context, result *eilev1.ImportResult) error {
	stamp, err := u.request(u.stream.Context())
	if err != nil {
		return err
	}
	id, seen, err := u.register.Repeated(ctx, stamp)
	switch {
	case err != nil:
		return err
	case seen:
		return u.register.View(ctx, func(v *store.View) error {
			record, err := store.Imports.Get(v, id)
			result.Id, result.Created = id, record.GetRows()
			result.Unchanged -= record.GetRows()
			return err
		})
	case len(u.good) == 0:
		return nil
	}
	u.activating.RLock()
	defer u.activating.RUnlock()
	if in, err := u.inForce(); err != nil || !proto.Equal(in.identity, u.rules.Policy.Identity()) {
		return conflict{codes.Aborted, "CHANGED_MEANWHILE", "another policy was put in force while the file came in: nothing was imported; try again"}
	}
	result.Id = u.id
	return u.stage(ctx, stamp)
}

// stage writes every row, unseen, and decides.
func (u *upload) stage(ctx context.Context, stamp store.Stamp) (err error) {
	staged, err := u.register.BeginImport(ctx, u.id)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, staged.Abort(context.WithoutCancel(ctx)))
		}
	}()
	if err := u.pieces(ctx, staged); err != nil {
		if errors.Is(err, store.ErrTaken) {
			return conflict{codes.Aborted, "CHANGED_MEANWHILE", "a row was registered meanwhile: nothing was imported; try again"}
		}
		return err
	}
	if err := u.progress(); err != nil {
		return err
	}
	stamp.Now = u.Now()
	kept := &eilev1.ImportRecord{
		Rows: int32(len(u.good)), Kind: u.header.GetKind(),
		Unsettled: u.header.GetKind() == eilev1.ImportKind_IMPORT_KIND_INSPECTIONS,
	}
	if _, err := staged.Decide(ctx, stamp, kept); err != nil {
		return err
	}
	return u.settleInspections(ctx)
}

// pieces writes all rows in order of reference, since scattered writes cost the
// store a page each.
func (u *upload) pieces(ctx context.Context, staged *store.Import) error {
	stamp := store.Stamp{Now: u.Now(), Actor: actor(u.stream.Context()), Action: actionWriteImport}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(importers)
	number := uint32(0)
	rest := u.good
	for len(rest) > 0 {
		rows := rest[:min(len(rest), rowsInPiece)]
		rest = rest[len(rows):]
		at := number
		number++
		if err := ctx.Err(); err != nil {
			break
		}
		group.Go(func() error {
			piece := staged.Piece()
			for _, row := range rows {
				if err := u.add(piece, row); err != nil {
					return err
				}
			}
			if err := staged.Write(ctx, stamp, at, piece); err != nil {
				return fmt.Errorf("import: %w", err)
			}
			u.written.Add(int64(len(rows)))
			return nil
		})
	}
	return group.Wait()
}

// rowsInPiece is bounded by the keys of a transaction: a row has at most three.
const rowsInPiece = 40
