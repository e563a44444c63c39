package client

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

type importStream = grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse]

// upload is what a server received.
type upload struct {
	header *eilev1.ImportHeader
	data   []byte
	end    error
}

func (u *upload) receive(stream importStream) {
	for {
		req, err := stream.Recv()
		if err != nil {
			u.end = err
			return
		}
		if req.GetHeader() != nil {
			u.header = req.GetHeader()
		}
		u.data = append(u.data, req.GetData()...)
	}
}

func faultAt(line int32) *eilev1.ImportResponse {
	return &eilev1.ImportResponse{Part: &eilev1.ImportResponse_Fault{Fault: &eilev1.ImportFault{Line: line}}}
}

func resultOf(rows int32) *eilev1.ImportResponse {
	return &eilev1.ImportResponse{Part: &eilev1.ImportResponse_Result{Result: &eilev1.ImportResult{Rows: rows}}}
}

func TestImportSendsTheWholeFile(t *testing.T) {
	for _, size := range []int{0, 1, pieceSize - 1, pieceSize, pieceSize + 1, 5*pieceSize + 17} {
		want := bytes.Repeat([]byte("eilė\n"), size/6+1)[:size]
		var got upload
		f := &fake{imports: func(stream importStream) error {
			got.receive(stream)
			return errors.Join(stream.Send(faultAt(2)), stream.Send(resultOf(9)))
		}}
		var faults, results int
		header := &eilev1.ImportHeader{Kind: eilev1.ImportKind_IMPORT_KIND_UNITS}
		for answer, err := range dial(t, f, Options{}).Import(t.Context(), header, bytes.NewReader(want)) {
			if err != nil {
				t.Fatal(err)
			}
			if answer.GetFault().GetLine() == 2 {
				faults++
			}
			if answer.GetResult().GetRows() == 9 {
				results++
			}
		}
		if faults != 1 || results != 1 {
			t.Errorf("size %d: %d faults and %d results, want one of each", size, faults, results)
		}
		if !bytes.Equal(got.data, want) || !errors.Is(got.end, io.EOF) {
			t.Errorf("size %d: the server got %d bytes and %v", size, len(got.data), got.end)
		}
		if uuid.Validate(got.header.GetRequestId()) != nil {
			t.Errorf("request id %q", got.header.GetRequestId())
		}
	}
}

func TestAFileThatBreaksHasNoEnd(t *testing.T) {
	broken := errors.New("the disk is gone")
	got := make(chan upload, 1)
	f := &fake{imports: func(stream importStream) error {
		var u upload
		u.receive(stream)
		got <- u
		return nil
	}}
	file := io.MultiReader(strings.NewReader("reference\n"), iotest.ErrReader(broken))
	var last error
	for _, err := range dial(t, f, Options{}).Import(t.Context(), &eilev1.ImportHeader{}, file) {
		last = err
	}
	if !errors.Is(last, broken) {
		t.Errorf("error %v, want %v", last, broken)
	}
	if u := <-got; errors.Is(u.end, io.EOF) {
		t.Error("the server saw the end of a file that was cut off")
	}
}

func TestARefusedImportSaysWhy(t *testing.T) {
	f := &fake{imports: func(importStream) error { return status.Error(codes.FailedPrecondition, "no policy is in force") }}
	var last error
	for _, err := range dial(t, f, Options{}).Import(t.Context(), &eilev1.ImportHeader{}, bytes.NewReader(make([]byte, 4<<20))) {
		last = err
	}
	if status.Code(last) != codes.FailedPrecondition {
		t.Errorf("error %v, want FailedPrecondition", last)
	}
}

func TestAnImportWithoutAResultIsAnError(t *testing.T) {
	f := &fake{imports: func(stream importStream) error { return stream.Send(faultAt(1)) }}
	var last error
	for _, err := range dial(t, f, Options{}).Import(t.Context(), &eilev1.ImportHeader{}, strings.NewReader("x")) {
		last = err
	}
	if last == nil {
		t.Error("an import that ended early looks done")
	}
}

func TestAnImportCanBeLeft(t *testing.T) {
	ended := make(chan struct{})
	f := &fake{imports: func(stream importStream) error {
		defer close(ended)
		err := stream.Send(faultAt(1))
		<-stream.Context().Done()
		return err
	}}
	for range dial(t, f, Options{}).Import(t.Context(), &eilev1.ImportHeader{}, strings.NewReader("x")) {
		break
	}
	<-ended
}
