package server

import (
	"errors"
	"io"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/intake"
	"github.com/eile-housing/eile/server/rpc"
)

type imports struct {
	eilev1.UnimplementedImportServiceServer
	intake *intake.Intake
}

// Import takes a file: all rows are checked first, and then all are written, or,
// when the upload is partial, the good ones.
func (s *imports) Import(stream grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if first.GetHeader() == nil {
		return form.Wrong("header", words.Reason("HEADER.first"))
	}
	upload, err := s.intake.Begin(rpc.Language(stream.Context()), first.GetHeader(), stream.Send)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(stream.Context())
	reader, writer := io.Pipe()
	group.Go(func() error { return receive(stream, writer) })
	group.Go(func() error {
		err := upload.Check(ctx, reader)
		_ = reader.CloseWithError(err) // it has none of its own
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return upload.Finish(stream.Context())
}

// receive hands the pieces of the file on.
func receive(stream grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse], to *io.PipeWriter) error {
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return to.Close()
		}
		if err == nil && part.GetHeader() != nil {
			err = form.Wrong("header", words.Reason("HEADER.once"))
		}
		if err != nil {
			return errors.Join(err, to.CloseWithError(err))
		}
		if _, err := to.Write(part.GetData()); err != nil {
			return err
		}
	}
}
