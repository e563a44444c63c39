package server

import (
	"context"
	"time"
)

const (
	// sealEvery is how soon after a commit its audit entries are linked.
	sealEvery = time.Second
	// pruneEvery is how often old request records are dropped, keepRequests how
	// old they are then.
	pruneEvery   = time.Hour
	keepRequests = 48 * time.Hour
)

// Run does what is done beside requests, until the context ends: the audit
// entries are sealed, and old request records dropped.
func (s *Server) Run(ctx context.Context) error {
	seal, prune := time.NewTicker(sealEvery), time.NewTicker(pruneEvery)
	defer seal.Stop()
	defer prune.Stop()
	register, now := s.office.Register, s.office.Clock.Now
	for {
		select {
		case <-ctx.Done():
			_, err := register.Seal(context.WithoutCancel(ctx), now())
			return err
		case <-seal.C:
			_, err := register.Seal(ctx, now())
			s.warn(ctx, err, "audit entries were not sealed; trying again")
		case <-prune.C:
			_, err := register.PruneRequests(ctx, now().Add(-keepRequests))
			s.warn(ctx, err, "old request records were not dropped; trying again")
		}
	}
}

// warn logs what went wrong beside requests; there is nobody to return it to.
func (s *Server) warn(ctx context.Context, err error, what string) {
	if err != nil && ctx.Err() == nil {
		s.log.Error().Err(err).Msg(what)
	}
}
