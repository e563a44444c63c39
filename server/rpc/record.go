package rpc

import (
	"context"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/layout"
)

// Get reads one record, which must exist.
func Get[T any, M layout.Message[T]](ctx context.Context, o *Office, kind store.Kind[T, M], id string) (record M, err error) {
	err = o.View(ctx, func(v *store.View) error {
		if record, err = kind.Get(v, id); err == nil {
			Date(record)
		}
		return err
	})
	return record, err
}

// ChangeOne changes one record, which must exist, as a request asks. It is refused
// where the request gives the etag of another state of it.
func ChangeOne[T any, M layout.Message[T]](ctx context.Context, o *Office, kind store.Kind[T, M], id string, req Mutation, action, reason string, fn func(casework.Change, M) error) error {
	_, err := o.Change(ctx, req, action, reason, func(c casework.Change) error {
		record, err := kind.Get(c.Tx, id)
		if err != nil {
			return err
		}
		c.Tx.Result(id)
		if err := seen(kind.Noun, id, req, record); err != nil {
			return err
		}
		return fn(c, record)
	})
	return err
}

// Amend changes one record as a request asks and answers it as it is then.
func Amend[T any, M layout.Message[T]](ctx context.Context, o *Office, kind store.Kind[T, M], id string, req Mutation, action, reason string, fn func(casework.Change, M) error) (record M, err error) {
	if err := ChangeOne(ctx, o, kind, id, req, action, reason, fn); err != nil {
		return record, err
	}
	return Get(ctx, o, kind, id)
}
