package schema

import (
	"crypto/sha256"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// A portion is what one transaction of a migration writes, with the audit entry
// that tells of it by the SHA-256 of what records were and are. Up to schema 3
// that is the form of all entries; later steps change no record of persons, to
// which an entry would have to commit under a salt, and no value that it keeps.
type portion struct {
	tx      kv.Tx
	id      string
	at      time.Time
	state   *eilev1.Register
	changes audit.Changes
	former  *eilev1.AuditEntry_Former // what the entry tells of the chain before
}

// open reads the state of the register and has it be of the schema to come.
func (p *portion) open(to int32) (err error) {
	p.state, err = readState(p.tx)
	if err != nil || p.state.GetSchema() == to {
		return err
	}
	p.state.Schema, p.state.MigratingFrom = to, to-1
	return p.putState()
}

func (p *portion) putState() error { return p.put([]byte(layout.Register), p.state) }

// put writes a record and notes that it did.
func (p *portion) put(key []byte, record proto.Message) error {
	value, err := layout.Encode(record)
	if err != nil {
		return err
	}
	item, ok, err := p.tx.Get(key)
	if err != nil {
		return err
	}
	var before []byte
	if ok {
		sum := sha256.Sum256(item.Value)
		before = sum[:]
	}
	after := sha256.Sum256(value)
	p.changes.Note(key, before, after[:])
	return p.tx.Put(key, value)
}

// putSalt writes a salt that was not there, of whose coming the audit tells like
// of any record.
func (p *portion) putSalt(reference string, salt []byte) error {
	key := layout.SaltKey(reference)
	sum := sha256.Sum256(salt)
	p.changes.Note(key, nil, sum[:])
	return p.tx.Put(key, salt)
}

// amend changes a record that a snapshot had.
func amend[T any, M layout.Message[T]](p *portion, of kind[T, M], id string, change func(M)) error {
	key := of.key(id)
	item, ok, err := p.tx.Get(key)
	if err == nil && !ok {
		err = fmt.Errorf("%s at key %q is missing: %w", of.noun, key, kv.ErrCorrupt)
	}
	if err != nil {
		return err
	}
	record, err := layout.Decode[T, M](of.noun, item)
	if err != nil {
		return err
	}
	change(record)
	if err := p.put(key, record); err != nil {
		return fmt.Errorf("%s %s: %w", of.noun, id, err)
	}
	return nil
}

// finish writes the entry that tells of the portion, where a record was changed.
func (p *portion) finish() error {
	if len(p.changes) == 0 {
		return nil
	}
	return audit.Put(p.tx, &eilev1.AuditEntry{
		Id: p.id, At: timestamppb.New(p.at), Actor: "eile", Action: migrates, Changes: p.changes, Former: p.former,
	}, nil)
}
