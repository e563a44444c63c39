package staging

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/living"
)

// A Piece is what one transaction of an import writes. It is put together
// outside the transaction, since transactions run one at a time.
type Piece struct {
	importID   string
	generation uint32
	keys       [][]byte
	values     [][]byte
	changes    audit.Changes
	placements []*eilev1.Placement
	units      []*eilev1.Unit
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

// NewPiece begins a piece of an import, whose placements are of a generation.
func NewPiece(importID string, generation uint32) *Piece {
	return &Piece{importID: importID, generation: generation, size: pieceBytes}
}

// Full tells whether a piece has no room for so many further records, each as
// heavy as the heaviest so far.
func (p *Piece) Full(records int) bool {
	return len(p.keys)+records > kv.MaxOps-pieceExtra || p.size+records*p.heaviest > kv.MaxTxBytes
}

// Add puts a record into a piece under its key. It must carry the id of the
// import where it has a field for it.
func (p *Piece) Add(noun, id string, key []byte, record proto.Message) {
	if brought, ok := record.(Brought); ok {
		p.mustCarry(noun, id, brought)
	}
	p.add(key, record, true)
}

// mustCarry refuses what would be visible before the import is decided.
func (p *Piece) mustCarry(noun, id string, record Brought) {
	if record.GetImport() != p.importID {
		p.err = errors.Join(p.err, fmt.Errorf("%s %s: it is brought by import %s and says %q", noun, id, p.importID, record.GetImport()))
	}
}

func (p *Piece) add(key []byte, record proto.Message, noted bool) {
	value, err := layout.Encode(record)
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
	p.err = errors.Join(p.err, living.CheckPlacement(placement))
	p.mustCarry("placement", placement.GetReference(), placement)
	p.add(layout.PlacementKey(p.generation, placement.GetReference()), placement, false)
	p.placements = append(p.placements, placement)
}

// AddUnit puts a home into a piece.
func (p *Piece) AddUnit(unit *eilev1.Unit) {
	p.Add("unit", unit.GetReference(), []byte(layout.Unit+unit.GetReference()), unit)
	p.units = append(p.units, unit)
	p.size += len(unit.GetReference()) + 16
}

// Tell has the history tell of placements that are written already.
func (p *Piece) Tell(placements []*eilev1.Placement) {
	p.placements = append(p.placements, placements...)
}

// Err tells what is wrong with what was put into the piece.
func (p *Piece) Err() error { return p.err }

// Changes are what the piece does to records.
func (p *Piece) Changes() audit.Changes { return slices.Clip(p.changes) }

// Placements are those of the piece.
func (p *Piece) Placements() []*eilev1.Placement { return p.placements }

// Units are the homes of the piece.
func (p *Piece) Units() []*eilev1.Unit { return p.units }
