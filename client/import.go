package client

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// pieceSize of an upload, in bytes; the server takes at most 1 MiB.
const pieceSize = 256 << 10

// Import sends a CSV file and yields the answers: faults, progress, access codes, and last the
// result. Faults are no error: the result counts them. The first error ends the sequence; a file
// that cannot be read is one, and then the server has seen no end of the file and writes nothing.
// The file is not used any more when the sequence has ended.
func (c *Client) Import(ctx context.Context, header *eilev1.ImportHeader, file io.Reader) iter.Seq2[*eilev1.ImportResponse, error] {
	return func(yield func(*eilev1.ImportResponse, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		stream, err := c.Imports.Import(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		sent := make(chan struct{})
		defer func() {
			cancel(nil)
			<-sent
		}()
		go func() {
			defer close(sent)
			err := send(stream, identify(header, c.requestID).(*eilev1.ImportHeader), file)
			if err != nil {
				cancel(err)
			}
		}()
		receive(ctx, stream, yield)
	}
}

// receive yields answers until the stream ends, which it may do only after the result.
func receive(ctx context.Context, stream grpc.BidiStreamingClient[eilev1.ImportRequest, eilev1.ImportResponse], yield func(*eilev1.ImportResponse, error) bool) {
	done := false
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			if !done {
				yield(nil, errors.New("the server ended the import without a result: nothing is known of it"))
			}
			return
		}
		if err != nil {
			cause := context.Cause(ctx)
			if cause != nil && !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
				err = cause
			}
			yield(nil, err)
			return
		}
		done = done || answer.GetResult() != nil
		if !yield(answer, nil) {
			return
		}
	}
}

// send returns only errors of the file: where the stream is broken, receiving tells why.
func send(stream grpc.BidiStreamingClient[eilev1.ImportRequest, eilev1.ImportResponse], header *eilev1.ImportHeader, file io.Reader) error {
	taken := func(request *eilev1.ImportRequest) bool { return stream.Send(request) == nil }
	if !taken(&eilev1.ImportRequest{Part: &eilev1.ImportRequest_Header{Header: header}}) {
		return nil
	}
	for {
		// The transport may keep a piece after Send: each one has memory of its own.
		piece := make([]byte, pieceSize)
		n, err := io.ReadFull(file, piece)
		if n > 0 && !taken(&eilev1.ImportRequest{Part: &eilev1.ImportRequest_Data{Data: piece[:n]}}) {
			return nil
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			_ = stream.CloseSend()
			return nil
		case err != nil:
			return err
		}
	}
}
