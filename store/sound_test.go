package store

import (
	"context"
	"time"
)

// Check is store/check, which imports this package: store_test hands it in.
var Check func(ctx context.Context, r *Register, report func(fault string) bool) error

// farAhead is after every entry of a history.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
