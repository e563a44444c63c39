package rpc

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

const (
	// tolerated is how often a client may ping. Clients ping every 10 s, also
	// while they ask nothing, so that what lies between keeps the connection.
	tolerated = 5 * time.Second
	// silent is after how long without a word a client is pinged, gone how long
	// it may take to answer: then its connection is closed.
	silent = 30 * time.Second
	gone   = 20 * time.Second
)

// Keepalive keeps connections that clients ping, and drops those whose client
// has gone.
func Keepalive() []grpc.ServerOption { return keepaliveOf(tolerated) }

func keepaliveOf(interval time.Duration) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: silent, Timeout: gone}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: interval, PermitWithoutStream: true}),
	}
}
