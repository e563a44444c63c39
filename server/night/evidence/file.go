package evidence

import (
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"

	"github.com/eile-housing/eile/policy/words"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// matchesFile says whom a run matched with what. The other files are per round.
const matchesFile = "matches"

// fileOf names a file of a round: the second has a number before its ending.
func fileOf(name, ending string, round int) string {
	if round == 0 {
		return name + ending
	}
	return fmt.Sprintf("%s.%d%s", name, round+1, ending)
}

func instanceFile(round int) string { return fileOf("instance", ".json", round) }
func outcomeFile(round int) string  { return fileOf("outcome", ".json", round) }
func roundFile(round int) string    { return fileOf("round", "", round) }

// Change makes one change of the register that the evidence is kept in.
type Change func(fn func(*store.Tx) error) error

// Files of a run are kept in pieces that fit a transaction, compressed: an
// instance repeats the wishes of alike households over and over. Kept again,
// they are overwritten; what a longer file left behind its end is not read.

// keepFile writes a file of a run piece by piece, without ever holding it.
func keepFile(change Change, run, name string, write func(io.Writer) error) error {
	out := &pieces{put: func(number int, piece []byte, last bool) error {
		return change(func(tx *store.Tx) error { return tx.PutEvidence(run, name, number, piece, last) })
	}}
	packed, err := flate.NewWriter(out, flate.BestSpeed)
	if err != nil {
		return err
	}
	if err := write(packed); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return out.close()
}

// pieces cuts what is written into pieces. The last one is known only at close.
type pieces struct {
	put    func(number int, piece []byte, last bool) error
	number int
	held   []byte
}

func (p *pieces) Write(data []byte) (int, error) {
	p.held = append(p.held, data...)
	for len(p.held) > store.EvidencePiece {
		if err := p.put(p.number, p.held[:store.EvidencePiece], false); err != nil {
			return 0, err
		}
		p.number++
		p.held = append(p.held[:0], p.held[store.EvidencePiece:]...)
	}
	return len(data), nil
}

func (p *pieces) close() error { return p.put(p.number, p.held, true) }

// openFile reads a file of a run, one piece at a time, each in a view of its
// own: a slow reader holds nothing back.
func openFile(ctx context.Context, register *store.Register, run, name string) io.Reader {
	return flate.NewReader(&pieceReader{next: func(number int) (piece []byte, last bool, err error) {
		err = register.View(ctx, func(v *store.View) error {
			var ok bool
			piece, last, ok, err = v.Evidence(run, name, number)
			if err == nil && !ok {
				err = told.NotFound(words.Say("what.piece", words.Number("piece", number), words.Text("file", name), words.Text("run", run)))
			}
			return err
		})
		return piece, last, err
	}})
}

type pieceReader struct {
	next   func(number int) (piece []byte, last bool, err error)
	number int
	piece  []byte
	ended  bool
}

func (r *pieceReader) Read(into []byte) (int, error) {
	for len(r.piece) == 0 {
		if r.ended {
			return 0, io.EOF
		}
		var err error
		if r.piece, r.ended, err = r.next(r.number); err != nil {
			return 0, err
		}
		r.number++
	}
	n := copy(into, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

// readFile reads a whole file of a run.
func readFile(ctx context.Context, register *store.Register, run, name string) ([]byte, error) {
	var file bytes.Buffer
	_, err := file.ReadFrom(openFile(ctx, register, run, name))
	return file.Bytes(), err
}
