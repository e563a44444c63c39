package boltkv

import "github.com/eile-housing/eile/store/kv"

// maxBatchBytes bounds what a batch collects, and so the time of a commit and
// the memory of the two batches that exist at a time. The last transaction may
// overshoot it.
const maxBatchBytes = 8 << 20

// batch is the transactions that share a commit. Everything but the channels is
// guarded by DB.turn until it is sealed; then it does not change, but for err.
type batch struct {
	commits []kv.Commit
	latest  map[string]accepted
	size    int // bytes that the records will take

	sealed chan struct{} // closed when it collects no more
	synced chan struct{} // closed when the commit is on the disk or has failed
	done   chan struct{} // closed when, after that, all followers have returned
	err    error         // set before done is closed
}

// accepted is the newest write of a key in a batch.
type accepted struct {
	write    *kv.Write
	revision kv.Revision
}

func newBatch() *batch {
	return &batch{
		latest: make(map[string]accepted),
		sealed: make(chan struct{}),
		synced: make(chan struct{}),
		done:   make(chan struct{}),
	}
}

func (b *batch) add(c kv.Commit) {
	b.commits = append(b.commits, c)
	for i := range c.Writes {
		w := &c.Writes[i]
		b.latest[string(w.Key)] = accepted{w, c.Revision}
		b.size += headerSize + len(w.Value)
	}
}

// get returns what the batch has done to key; known is false if nothing.
func (b *batch) get(key []byte) (item kv.Item, exists, known bool) {
	a, known := b.latest[string(key)]
	if !known || a.write.Deleted {
		return kv.Item{}, false, known
	}
	return kv.Item{Key: a.write.Key, Value: a.write.Value, Revision: a.revision}, true, true
}

// below is what one closure reads: the batch that collects, over the batch that
// is being committed, over the file.
type below struct {
	db   *DB
	file *snapshot // begun by the first read that gets so far
	// depends is the newest batch that the closure has read from. What the
	// closure concluded holds only if that batch reaches the disk.
	depends *batch
}

func (b *below) get(key []byte) (kv.Item, bool, error) {
	current, inflight := b.db.current, b.db.inflight
	item, exists, known := current.get(key)
	if known {
		b.depends = current
		return item, exists, nil
	}
	if inflight != nil {
		item, exists, known = inflight.get(key)
		if known {
			if b.depends == nil {
				b.depends = inflight
			}
			return item, exists, nil
		}
	}
	if b.file == nil {
		var err error
		b.file, err = b.db.begin()
		if err != nil {
			return kv.Item{}, false, err
		}
	}
	return b.file.Get(key)
}

func (b *below) end() {
	if b.file != nil {
		b.file.end()
	}
}
