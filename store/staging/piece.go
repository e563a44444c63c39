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
	seed       audit.Seed
	salts      map[string][]byte // by application
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

// NewPiece begins a piece of an import, whose placements are of a generation and
// whose salts are drawn from a seed.
func NewPiece(importID string, generation uint32, seed audit.Seed) *Piece {
	return &Piece{importID: importID, generation: generation, seed: seed, salts: map[string][]byte{}, size: pieceBytes}
}

// Full tells whether a piece has no room for so many further records, each as
// heavy as the heaviest so far. An application has one more: its salt.
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
	weight := 3*len(key) + len(value) // read, written, and in the list of keys
	if !noted {
		p.put(key, value, weight+len(value)) // again in the history
		return
	}
	p.put(key, value, weight+len(key)+recordBytes)
	p.note(key, value)
}

func (p *Piece) put(key, value []byte, weight int) {
	p.keys, p.values = append(p.keys, key), append(p.values, value)
	p.size += weight
	p.heaviest = max(p.heaviest, weight)
}

// note has the audit tell of a record.
func (p *Piece) note(key, value []byte) {
	sum := sha256.Sum256(value)
	holds := sum[:]
	if reference, salted := audit.Salted(string(key)); salted {
		holds = audit.Commit(p.salt(reference), string(key), holds)
	}
	p.changes = append(p.changes, &eilev1.AuditEntry_Change{Key: string(key), After: holds})
}

// salt is that of an application of the piece; the first time it is drawn, and is
// a record of its own.
func (p *Piece) salt(reference string) []byte {
	salt, drawn := p.salts[reference]
	if !drawn {
		salt = p.seed.Salt(reference, p.importID)
		p.salts[reference] = salt
		key := layout.SaltKey(reference)
		p.put(key, salt, 4*len(key)+len(salt)+recordBytes)
		p.note(key, salt)
	}
	return salt
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
