package store

import (
	"crypto/sha256"
	"fmt"
	"io"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// evidencePiece is how many bytes of a file one record holds.
const evidencePiece = 1 << 20

// Nights answers which run is under way and which was the last.
func Nights(from Source) (*eilev1.Nights, error) {
	state, ok, err := nights.Find(from, "night")
	if err != nil || ok {
		return state, err
	}
	return &eilev1.Nights{}, nil
}

// PutNights notes which run is under way and which was the last.
func (tx *Tx) PutNights(state *eilev1.Nights) error { return nights.Put(tx, "night", state) }

// RunOn answers the id of the latest run of a date; empty: there is none.
func RunOn(from Source, date string) (string, error) {
	item, ok, err := from.get([]byte(runByDatePrefix + date))
	if err != nil || !ok {
		return "", err
	}
	return string(item.Value), nil
}

// PutRun writes a run; a new one becomes the latest of its date.
func (tx *Tx) PutRun(run *eilev1.Run, date string) error {
	latest, err := RunOn(tx, date)
	if err != nil {
		return err
	}
	if latest != run.GetId() {
		if err := tx.put([]byte(runByDatePrefix+date), []byte(run.GetId())); err != nil {
			return err
		}
	}
	return Runs.Put(tx, run.GetId(), run)
}

// FindBatch reads what a transaction of a run's commit did.
func (tx *Tx) FindBatch(run string, number uint32) (*eilev1.RunBatch, bool, error) {
	return runBatches.Find(tx, batchID(run, number))
}

// PutBatch notes what a transaction of a run's commit did.
func (tx *Tx) PutBatch(run string, number uint32, batch *eilev1.RunBatch) error {
	return tx.raw(runBatches.key(batchID(run, number)), batch)
}

// Batches reads what a run's commit did so far.
func (v *View) Batches(run string) (all []*eilev1.RunBatch, err error) {
	for entry, err := range runBatches.All(v, run+"/", "") {
		if err != nil {
			return nil, err
		}
		all = append(all, entry.Record)
	}
	return all, nil
}

func batchID(run string, number uint32) string { return fmt.Sprintf("%s/%08x", run, number) }

// EvidencePieces cuts a file of a run into the records that hold it.
func EvidencePieces(file []byte) [][]byte {
	var pieces [][]byte
	for len(file) > evidencePiece {
		pieces = append(pieces, file[:evidencePiece])
		file = file[evidencePiece:]
	}
	return append(pieces, file)
}

// PutEvidence writes one piece of a file of a run, and whether it is the last.
func (tx *Tx) PutEvidence(run, file string, number int, piece []byte, last bool) error {
	mark := byte(0)
	if last {
		mark = 1
	}
	key := numberKey(evidencePrefix, run+"/"+file, uint32(number))
	sum := sha256.Sum256(piece)
	tx.note(key, nil, sum[:])
	return tx.kv.Put(key, append([]byte{mark}, piece...))
}

// Evidence writes a file of a run to w; false when there is no such file.
func (v *View) Evidence(w io.Writer, run, file string) (bool, error) {
	prefix := []byte(evidencePrefix + run + "/" + file + "/")
	for item, err := range v.reader.Scan(prefix, kv.PrefixEnd(prefix)) {
		if err != nil {
			return false, err
		}
		if _, err := w.Write(item.Value[1:]); err != nil {
			return false, err
		}
		if item.Value[0] == 1 {
			return true, nil
		}
	}
	return false, nil
}

// Unsettled tells whether records may still say what another policy said.
func (v *View) Unsettled() bool { return v.state.GetUnsettled() }

// Settled notes that every record says what the policy in force says of it.
func (tx *Tx) Settled() error {
	state := proto.CloneOf(tx.state)
	state.Unsettled = false
	return registers.Put(tx, "register", state)
}
