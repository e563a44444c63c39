package server

import (
	"context"
	"sync"
	"time"

	"github.com/eile-housing/eile/store"
)

const (
	// sealEvery is how soon after a commit its audit entries are linked.
	sealEvery = time.Second
	// pruneEvery is how often old request records are dropped, keepRequests how
	// old they are then.
	pruneEvery   = time.Hour
	keepRequests = 48 * time.Hour
	// rememberEvery is how often the history is built on.
	rememberEvery = time.Minute
)

// Run does what is done beside requests, until the context ends: the audit
// entries are sealed, old request records dropped, and the history is built.
func (s *Server) Run(ctx context.Context) error {
	var remembering sync.WaitGroup
	remembering.Go(func() { s.remember(ctx) })
	defer remembering.Wait()
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

// remember builds what is due of the history, at the start and when a reader met
// that something is missing, and from time to time.
func (s *Server) remember(ctx context.Context) {
	due := time.NewTicker(rememberEvery)
	defer due.Stop()
	for {
		err := s.office.View(ctx, func(v *store.View) error { return v.Remember(ctx) })
		s.warn(ctx, err, "the history was not built; it is replayed instead, trying again")
		select {
		case <-ctx.Done():
			return
		case <-due.C:
		case <-s.office.Register.History().Behind():
		}
	}
}

// warn logs what went wrong beside requests; there is nobody to return it to.
func (s *Server) warn(ctx context.Context, err error, what string) {
	if err != nil && ctx.Err() == nil {
		s.log.Error().Err(err).Msg(what)
	}
}
