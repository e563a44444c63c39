package store

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/layout"
)

// EvidencePiece is how many bytes of a file one record holds at most, so that it
// fits a transaction.
const EvidencePiece = 1 << 20

// Nights returns which run is under way and which was the last.
func Nights(from Source) (*eilev1.Nights, error) {
	state, ok, err := nights.Find(from, "night")
	if err != nil || ok {
		return state, err
	}
	return &eilev1.Nights{}, nil
}

// PutNights notes which run is under way and which was the last.
func (tx *Tx) PutNights(state *eilev1.Nights) error { return nights.Put(tx, "night", state) }

// RunOn returns the id of the latest run of a date; empty: there is none.
func RunOn(from Source, date string) (string, error) {
	item, ok, err := from.get([]byte(layout.RunByDate + date))
	if err != nil || !ok {
		return "", err
	}
	return string(item.Value), nil
}

// PutRun writes a run; a new one becomes the latest of its date.
func (tx *Tx) PutRun(run *eilev1.Run, date string) error {
	_, known, err := Runs.Find(tx, run.GetId())
	if err != nil {
		return err
	}
	if !known {
		if _, err := tx.put([]byte(layout.RunByDate+date), []byte(run.GetId())); err != nil {
			return err
		}
	}
	return Runs.Put(tx, run.GetId(), run)
}

// FindBatch reads what became of one match of a run.
func FindBatch(from Source, run string, number uint32) (*eilev1.RunBatch, bool, error) {
	return runBatches.Find(from, batchID(run, number))
}

// PutBatch notes what became of one match of a run.
func (tx *Tx) PutBatch(run string, number uint32, batch *eilev1.RunBatch) error {
	return tx.raw(runBatches.key(batchID(run, number)), batch)
}

// Batches reads what became of the matches of a run so far.
func (v *View) Batches(run string) (all []*eilev1.RunBatch, err error) {
	for entry, err := range runBatches.All(v, run+"/", "") {
		if err != nil {
			return nil, err
		}
		all = append(all, entry.Record)
	}
	return all, nil
}

func batchID(run string, number uint32) string { return string(layout.NumberKey("", run, number)) }

// A piece of a file begins with a byte that tells whether it is the last.
const (
	morePieces = 0
	lastPiece  = 1
)

// PutEvidence writes one piece of a file of a run, and whether it is the last.
func (tx *Tx) PutEvidence(run, file string, number int, piece []byte, last bool) error {
	value := make([]byte, 0, 1+len(piece))
	if last {
		value = append(value, lastPiece)
	} else {
		value = append(value, morePieces)
	}
	_, err := tx.put(layout.NumberKey(layout.Evidence, run+"/"+file, uint32(number)), append(value, piece...))
	return err
}

// Evidence reads one piece of a file of a run, and whether it is the last; false
// when there is no such piece.
func (v *View) Evidence(run, file string, number int) (piece []byte, last, ok bool, err error) {
	item, ok, err := v.reader.Get(layout.NumberKey(layout.Evidence, run+"/"+file, uint32(number)))
	if err != nil || !ok || len(item.Value) == 0 {
		return nil, false, false, err
	}
	return bytes.Clone(item.Value[1:]), item.Value[0] == lastPiece, true, nil
}

// Unsettled tells whether records may still say what another policy said.
func (v *View) Unsettled() bool { return v.state.GetUnsettled() }

// Settled notes that every record says what the policy in force says of it.
func (tx *Tx) Settled() error {
	state := proto.CloneOf(tx.state)
	state.Unsettled = false
	return registers.Put(tx, "register", state)
}
