package evidence

import (
	"bytes"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// opened is a register to keep files in.
func opened(t *testing.T) (*store.Register, Change) {
	t.Helper()
	db := memkv.New(memkv.Options{RerunClosures: true})
	t.Cleanup(func() { db.Close() })
	register, err := store.Open(t.Context(), db, make([]byte, audit.SaltBytes))
	if err != nil {
		t.Fatal(err)
	}
	var ids atomic.Int64
	return register, func(fn func(*store.Tx) error) error {
		stamp := store.Stamp{Now: time.Unix(1, 0), ID: fmt.Sprintf("%08d", ids.Add(1)), Actor: "tester", Action: "test"}
		_, _, err := register.Update(t.Context(), stamp, fn)
		return err
	}
}

// A file is read as it was written, whatever its size and the sizes of its
// writes, also over what a longer one left.
func TestFiles(t *testing.T) {
	register, change := opened(t)
	rapid.Check(t, func(rt *rapid.T) {
		// Drawn bytes do not compress.
		noise := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(rt, "noise")
		file := bytes.Repeat(noise, rapid.SampledFrom([]int{0, 1, 1000, 40_000}).Draw(rt, "times"))
		step := rapid.IntRange(1, 1<<20).Draw(rt, "step")
		err := keepFile(change, "run", "file", func(to io.Writer) error {
			for rest := file; len(rest) > 0; {
				n := min(step, len(rest))
				if _, err := to.Write(rest[:n]); err != nil {
					return err
				}
				rest = rest[n:]
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		read, err := readFile(t.Context(), register, "run", "file")
		if err != nil || !bytes.Equal(read, file) {
			rt.Errorf("%d bytes were written and %d read: %v", len(file), len(read), err)
		}
	})
}

// TestPieces cuts what is longer than a record holds.
func TestPieces(t *testing.T) {
	for _, size := range []int{0, 1, store.EvidencePiece, store.EvidencePiece + 1, 3*store.EvidencePiece + 7} {
		var kept [][]byte
		lasts := 0
		p := &pieces{put: func(number int, piece []byte, last bool) error {
			if number != len(kept) || len(piece) > store.EvidencePiece || lasts > 0 {
				t.Errorf("piece %d of %d bytes after %d", number, len(piece), len(kept))
			}
			if last {
				lasts++
			}
			kept = append(kept, bytes.Clone(piece))
			return nil
		}}
		file := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		for rest := file; len(rest) > 0; {
			n := min(700_000, len(rest))
			p.Write(rest[:n])
			rest = rest[n:]
		}
		if err := p.close(); err != nil || lasts != 1 || !bytes.Equal(bytes.Join(kept, nil), file) {
			t.Errorf("%d bytes came back as %d pieces, %d of them last: %v", size, len(kept), lasts, err)
		}
	}
}
