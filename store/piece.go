package store

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// A Piece is what one transaction of an import writes. It is put together
// outside the transaction, since transactions run one at a time.
type Piece struct {
	importID   string
	generation uint32
	keys       [][]byte
	values     [][]byte
	changes    []*eilev1.AuditEntry_Change
	moves      []move
	turns      []turn
	size       int // bytes of the transaction so far
	heaviest   int // of a record
	err        error
}

const (
	// pieceExtra is how many keys a piece has beside its records: two histories,
	// the audit entry with its subject, and the list of keys.
	pieceExtra = 5
	// pieceBytes is what they take beside what is counted for each record.
	pieceBytes = 4 << 10
	// recordBytes is what a record takes of the audit entry beside its key.
	recordBytes = sha256.Size + 16
)

// Piece begins a piece of the import.
func (im *Import) Piece() *Piece {
	return &Piece{importID: im.ID, generation: im.generation, size: pieceBytes}
}

// Full tells whether a piece has no room for so many further records, each as
// heavy as the heaviest so far.
func (p *Piece) Full(records int) bool {
	return len(p.keys)+records > kv.MaxOps-pieceExtra || p.size+records*p.heaviest > kv.MaxTxBytes
}

// AddTo puts a record into a piece. It must carry the id of the import where its
// kind has a field for it.
func (k Kind[T, M]) AddTo(p *Piece, id string, record M) {
	if brought, ok := any(record).(imported); ok {
		p.mustCarry(k.Noun, id, brought)
	}
	p.add(k.key(id), record, true)
}

// mustCarry refuses what would be visible before the import is decided.
func (p *Piece) mustCarry(noun, id string, record imported) {
	if record.GetImport() != p.importID {
		p.err = errors.Join(p.err, fmt.Errorf("%s %s: it is brought by import %s and says %q", noun, id, p.importID, record.GetImport()))
	}
}

func (p *Piece) add(key []byte, record proto.Message, noted bool) {
	value, err := encode(record)
	if err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	p.keys, p.values = append(p.keys, key), append(p.values, value)
	weight := 3*len(key) + len(value) // read, written, and in the list of keys
	if noted {
		sum := sha256.Sum256(value)
		p.changes = append(p.changes, &eilev1.AuditEntry_Change{Key: string(key), After: sum[:]})
		weight += len(key) + recordBytes
	} else {
		weight += len(value) // again in the history
	}
	p.size += weight
	p.heaviest = max(p.heaviest, weight)
}

// Place puts a placement into a piece.
func (p *Piece) Place(placement *eilev1.Placement) {
	p.err = errors.Join(p.err, checkPlacement(placement))
	p.mustCarry("placement", placement.GetReference(), placement)
	p.add(placementKey(p.generation, placement.GetReference()), placement, false)
	p.moves = append(p.moves, move{after: placement})
}

// AddUnit puts a home into a piece.
func (p *Piece) AddUnit(unit *eilev1.Unit) {
	Units.AddTo(p, unit.GetReference(), unit)
	p.turns = append(p.turns, turn{after: unitState(unit)})
	p.size += len(unit.GetReference()) + 16
}
