package server

import (
	"context"

	"google.golang.org/grpc"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

type audit struct {
	eilev1.UnimplementedAuditServiceServer
	*Server
}

func (s *audit) ListAuditEntries(ctx context.Context, req *eilev1.ListAuditEntriesRequest) (*eilev1.ListAuditEntriesResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	from := s.Now().AddDate(-200, 0, 0)
	if req.GetFrom() != nil {
		from = req.GetFrom().AsTime()
	}
	answer := &eilev1.ListAuditEntriesResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range v.AuditEntries(from, start) {
			if err != nil {
				return err
			}
			if len(answer.Entries) == size {
				answer.NextPageToken = nextPage(req, entry.ID)
				return nil
			}
			answer.Entries = append(answer.Entries, entry.Record)
		}
		return nil
	})
	return answer, err
}

type admin struct {
	eilev1.UnimplementedAdminServiceServer
	*Server
}

// backupPiece bounds one message of a backup.
const backupPiece = 1 << 18

func (s *admin) Backup(_ *eilev1.BackupRequest, stream grpc.ServerStreamingServer[eilev1.BackupResponse]) error {
	return s.backup.Backup(stream.Context(), pieces(func(piece []byte) error {
		return stream.Send(&eilev1.BackupResponse{Data: piece})
	}))
}

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
