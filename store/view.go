package store

import (
	"context"
	"fmt"
	"sync"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/living"
)

// View is one snapshot of the register. It is for one goroutine.
type View struct {
	reader kv.Reader
	reg    *Register
	state  *eilev1.Register
	hides  map[string]bool // by import, as far as it was asked for
}

// Revision of the snapshot.
func (v *View) Revision() uint64 { return uint64(v.reader.Revision()) }

// Policy in force; nil before the first activation.
func (v *View) Policy() *eilev1.PolicyName { return v.state.GetPolicy() }

// Reader reads the keys of the snapshot as they lie, for who compares what they hold.
func (v *View) Reader() kv.Reader { return v.reader }

func (v *View) get(key []byte) (kv.Item, bool, error) { return v.reader.Get(key) }

// View runs fn against one snapshot. The view ends with fn.
func (r *Register) View(ctx context.Context, fn func(*View) error) error {
	return r.db.View(ctx, func(reader kv.Reader) error {
		v := &View{reader: reader, reg: r, hides: map[string]bool{}}
		var err error
		v.state, err = registers.Get(v, "register")
		if err != nil {
			return err
		}
		return fn(v)
	})
}

// Recall is View for who reads the past: a few at a time, so that others are
// answered meanwhile.
func (r *Register) Recall(ctx context.Context, fn func(*View) error) error {
	end, err := r.history.Turn(ctx)
	if err != nil {
		return err
	}
	defer end()
	return r.View(ctx, fn)
}

// Remember builds what is due of the history.
func (v *View) Remember(ctx context.Context) error { return v.reg.history.Build(ctx, v.reader) }

// Freeze runs fn against records and waiting list as they are at one revision,
// while writes go on. fn must not change the register.
func (r *Register) Freeze(ctx context.Context, fn func(*View, living.Frozen) error) error {
	var frozen living.Frozen
	return r.still(ctx, func() uint64 {
		frozen = r.list.Freeze()
		return frozen.Revision()
	}, func(v *View) error { return fn(v, frozen) })
}

// Portray runs fn against records as they are at one revision, while writes go on,
// with the waiting list as this process knows it then and the number of the last seal
// that it wrote.
func (r *Register) Portray(ctx context.Context, fn func(v *View, portrait *living.Portrait, sealed uint32) error) error {
	var portrait *living.Portrait
	var sealed uint32
	return r.still(ctx, func() uint64 {
		portrait, sealed = r.list.Portrait(), r.chain.Written()
		return portrait.Revision()
	}, func(v *View) error { return fn(v, portrait, sealed) })
}

// still runs fn against a view of the revision at which take, called while
// nothing is written, took its part of the list.
func (r *Register) still(ctx context.Context, take func() (revision uint64), fn func(*View) error) error {
	r.gate.Lock()
	unlock := sync.OnceFunc(r.gate.Unlock)
	defer unlock()
	return r.View(ctx, func(v *View) error {
		revision := take()
		unlock()
		if revision != v.Revision() {
			return fmt.Errorf("records are at revision %d and the waiting list is at %d: something else writes to the store; end it and start again", v.Revision(), revision)
		}
		return fn(v)
	})
}
