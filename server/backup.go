package server

import (
	"context"
	"io"

	"google.golang.org/grpc"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Backup writes a consistent copy of the store.
type Backup interface {
	Backup(ctx context.Context, to io.Writer) error
}

type admin struct {
	eilev1.UnimplementedAdminServiceServer
	backup Backup
}

func (s *admin) Backup(_ *eilev1.BackupRequest, stream grpc.ServerStreamingServer[eilev1.BackupResponse]) error {
	return s.backup.Backup(stream.Context(), pieces(func(piece []byte) error {
		return stream.Send(&eilev1.BackupResponse{Data: piece})
	}))
}

// backupPiece bounds one message of a backup.
const backupPiece = 1 << 18

// pieces is a writer that hands on what it gets in bounded pieces.
type pieces func([]byte) error

func (p pieces) Write(data []byte) (int, error) {
	written := 0
	for len(data) > 0 {
		piece := data[:min(len(data), backupPiece)]
		if err := p(piece); err != nil {
			return written, err
		}
		written += len(piece)
		data = data[len(piece):]
	}
	return written, nil
}
