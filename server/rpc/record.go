package rpc

import (
	"context"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// A Kind of record is read by its id.
type Kind[M any] interface {
	Get(from store.Source, id string) (M, error)
}

// Get reads one record, which must exist.
func Get[M any](ctx context.Context, o *Office, kind Kind[M], id string) (record M, err error) {
	err = o.View(ctx, func(v *store.View) error {
		record, err = kind.Get(v, id)
		return err
	})
	return record, err
}

// ChangeOne changes one record, which must exist, as a request asks.
func ChangeOne[M any](ctx context.Context, o *Office, kind Kind[M], id string, req Mutation, action, reason string, fn func(casework.Change, M) error) error {
	_, err := o.Change(ctx, req, action, reason, func(c casework.Change) error {
		record, err := kind.Get(c.Tx, id)
		if err != nil {
			return err
		}
		c.Tx.Result(id)
		return fn(c, record)
	})
	return err
}

// Amend changes one record as a request asks and answers it as it is then.
func Amend[M any](ctx context.Context, o *Office, kind Kind[M], id string, req Mutation, action, reason string, fn func(casework.Change, M) error) (record M, err error) {
	if err := ChangeOne(ctx, o, kind, id, req, action, reason, fn); err != nil {
		return record, err
	}
	return Get(ctx, o, kind, id)
}
