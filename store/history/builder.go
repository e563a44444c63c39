package history

import (
	"io"
	"slices"

	"github.com/eile-housing/eile/store/history/layer"
)

// builder builds one layer over others. What changes is put aside in portions, each
// in order, and laid over the others in one go: time and memory do not grow with
// how often a portion would have to be joined.
type builder struct {
	archive *Archive
	layers  layer.Stack
	index   *layer.Index
	stacks  layer.Stack // the changes so far, as they are
	drafts  []*draft    // all that was written and not kept
}

func (b *builder) end() {
	for _, d := range b.drafts {
		d.discard()
	}
}

// write writes a layer that is not kept yet.
func (b *builder) write(write func(io.Writer, *layer.Index) error) (*layer.Layer, error) {
	l, _, err := b.draft(&layer.Index{}, write)
	return l, err
}

func (b *builder) draft(index *layer.Index, write func(io.Writer, *layer.Index) error) (*layer.Layer, *draft, error) {
	draft, err := b.archive.shelf.draft()
	if err != nil {
		return nil, nil, err
	}
	b.drafts = append(b.drafts, draft)
	if err := write(draft, index); err != nil {
		return nil, nil, err
	}
	written, err := draft.read()
	return &layer.Layer{Index: index, Bytes: written}, draft, err
}

// take takes a portion of the changes; after the last one the layer is built.
func (b *builder) take(some layer.Changes, last bool) error {
	if last && len(b.stacks) == 0 {
		return b.build(some.InOrder())
	}
	stack, err := b.write(some.Write)
	if err != nil {
		return err
	}
	b.stacks = append(b.stacks, stack)
	if !last {
		return nil
	}
	return b.build(layer.InOrderOf(b.stacks))
}

// build lays the changes over the layers, and puts on the shelf what they make
// together.
func (b *builder) build(c layer.InOrder) error {
	over := &layer.Index{Moment: b.index.Moment}
	if len(b.layers) == 0 {
		over = b.index // there is nothing to join it with
	}
	s := &layer.Shifts{Room: b.archive.portion, Aside: b.write}
	laid, draft, err := b.draft(over, func(to io.Writer, index *layer.Index) error { return layer.Lay(to, index, b.layers, c, s) })
	if err != nil {
		return err
	}
	if len(b.layers) > 0 {
		if draft, err = b.join(laid); err != nil {
			return err
		}
	}
	return b.keep(draft)
}

// join writes what was laid together with the layers that it need not lie over.
func (b *builder) join(laid *layer.Layer) (*draft, error) {
	joined := append(slices.Clone(b.layers), laid)
	if b.mayBeThin(laid) {
		b.index.Base, joined = b.layers[0].Moment, joined[1:]
	}
	_, draft, err := b.draft(b.index, func(to io.Writer, index *layer.Index) error { return layer.Join(to, index, joined) })
	return draft, err
}

// mayBeThin tells whether what has changed since the full layer is little enough
// to be kept apart from it.
func (b *builder) mayBeThin(laid *layer.Layer) bool {
	rows := laid.Rows()
	for _, l := range b.layers[1:] {
		rows += l.Rows()
	}
	return rows*full <= b.layers[0].Rows()
}

// keep puts a draft on the shelf.
func (b *builder) keep(finished *draft) error {
	if err := finished.keep(b.index.Moment); err != nil {
		return err
	}
	b.drafts = slices.DeleteFunc(b.drafts, func(d *draft) bool { return d == finished })
	a := b.archive
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kept = append(a.kept, &kept{moment: b.index.Moment, sound: true})
	return nil
}
