package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// Stamp says who changes the register, when, what and why. Now and ID are given
// by the caller; ID is unique and grows with time. A change whose Now is not
// later than the change before is dated a microsecond after that one.
type Stamp struct {
	Now    time.Time
	ID     string
	Actor  string
	Action string // e.g. application.register
	Reason string // as given by a person
	Cause  string // the id of what the machine acts for, e.g. a run

	// RequestID, when set, makes the call safe to repeat; RequestSum is the
	// SHA-256 of what was asked, without the id.
	RequestID  string
	RequestSum []byte
}

// Tx is one change of the register. It is for one goroutine, ends with its
// closure, and the closure may run more than once.
type Tx struct {
	kv    kv.Tx
	reg   *Register
	stamp Stamp
	state *eilev1.Register

	result   string
	subjects []string
	changes  audit.Changes
	values   audit.Values
	formers  map[string]proto.Message // what the records were whose values are kept
	salts    map[string]salts         // by application
	replaced []was
	moves    []move
	turns    []turn
	from, to string
	decision string
}

// begin makes the Tx of one run of a closure.
func (r *Register) begin(kvtx kv.Tx, stamp Stamp) *Tx {
	stamp.Now = r.moments.Next(stamp.Now)
	return &Tx{kv: kvtx, reg: r, stamp: stamp}
}

// open reads the state of the register and refuses to go on unless it is in the
// policy change that the change belongs to; 0: none.
func (tx *Tx) open(change uint32) (err error) {
	tx.state, err = registers.Get(tx, "register")
	if err == nil && tx.state.GetStaging() != change {
		err = ErrStaging
	}
	return err
}

// Now is the moment of the change in whole microseconds, the same throughout and
// later than that of every change before. A closure that runs again has another.
func (tx *Tx) Now() time.Time { return tx.stamp.Now }

// Actor is who changes.
func (tx *Tx) Actor() string { return tx.stamp.Actor }

// ID is the unique id of the change; records made by it may be named after it.
func (tx *Tx) ID() string { return tx.stamp.ID }

func (tx *Tx) at() *timestamppb.Timestamp { return timestamppb.New(tx.stamp.Now) }

// Policy in force; nil before the first activation.
func (tx *Tx) Policy() *eilev1.PolicyName { return tx.state.GetPolicy() }

// Result names what the change made, for the repeat of a request.
func (tx *Tx) Result(name string) { tx.result = name }

// Named is the result that the change has named so far.
func (tx *Tx) Named() string { return tx.result }

// Subject adds to what the audit entry is about.
func (tx *Tx) Subject(references ...string) {
	for _, reference := range references {
		if reference != "" && !slices.Contains(tx.subjects, reference) {
			tx.subjects = append(tx.subjects, reference)
		}
	}
}

// Status notes a change of status in the audit entry.
func (tx *Tx) Status(from, to string) { tx.from, tx.to = from, to }

// Decision notes the decision that the change rests on.
func (tx *Tx) Decision(id string) { tx.decision = id }

func (tx *Tx) get(key []byte) (kv.Item, bool, error) { return tx.kv.Get(key) }

// Put writes a record and notes in the audit entry that it did, with the values
// that changed. What can be amended gets its etag and its moment. The error wraps
// ErrImporting where an import that is not decided has staged that record.
func (k Kind[T, M]) Put(tx *Tx, id string, record M) error {
	tx.mark(record)
	key := k.key(id)
	if err := k.refuseStaged(tx, id, key); err != nil {
		return err
	}
	value, err := layout.Encode(record)
	if err != nil {
		return fmt.Errorf("%s %s: %w", k.Noun, id, err)
	}
	former, err := tx.put(key, value)
	if err != nil || former == nil || !audit.Factual(key) {
		return err
	}
	return k.note(tx, string(key), *former, record)
}

// note notes the values of a record that changed since the change began.
func (k Kind[T, M]) note(tx *Tx, key string, item kv.Item, record M) error {
	former, known := tx.formers[key]
	if !known {
		var err error
		if former, err = layout.Decode[T, M](k.Noun, item); err != nil {
			return err
		}
		if tx.formers == nil {
			tx.formers = map[string]proto.Message{}
		}
		tx.formers[key] = former
	}
	tx.values.Note(key, former, record, tx.forgets(key))
	return nil
}

// Delete deletes a record and notes it in the audit entry; what does not exist
// is left so. The error wraps ErrImporting as that of Put.
func (k Kind[T, M]) Delete(tx *Tx, id string) error {
	key := k.key(id)
	if err := k.refuseStaged(tx, id, key); err != nil {
		return err
	}
	return tx.delete(key)
}

// refuseStaged keeps a change from what an undecided import has staged: nobody
// sees it, but it would be overwritten now and removed with the import later.
func (k Kind[T, M]) refuseStaged(tx *Tx, id string, key []byte) error {
	if _, may := any(M(nil)).(staging.Brought); !may || !tx.reg.imports.Any() {
		return nil
	}
	item, ok, err := tx.kv.Get(key)
	if err != nil || !ok {
		return err
	}
	record, err := layout.Decode[T, M](k.Noun, item)
	if err != nil {
		return err
	}
	hidden, err := isHidden(tx, record)
	if err == nil && hidden {
		err = fmt.Errorf("%s %s: %w", k.Noun, id, ErrImporting)
	}
	return err
}

// putFirst writes a record under a key that was never used.
func (tx *Tx) putFirst(key []byte, record proto.Message) error {
	value, err := layout.Encode(record)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(value)
	tx.changes.Note(key, nil, sum[:])
	return tx.kv.Put(key, value)
}

// put writes a record and answers what its key held; nil: nothing.
func (tx *Tx) put(key, value []byte) (*kv.Item, error) {
	item, ok, err := tx.kv.Get(key)
	if err != nil {
		return nil, err
	}
	var before []byte
	if ok {
		before = item.Value
		tx.replaces(key, item)
	}
	if err := tx.changed(key, before, value); err != nil {
		return nil, err
	}
	if err := tx.kv.Put(key, value); err != nil || !ok {
		return nil, err
	}
	return &item, nil
}

func (tx *Tx) delete(key []byte) error {
	item, ok, err := tx.kv.Get(key)
	if err != nil || !ok {
		return err
	}
	tx.replaces(key, item)
	if err := tx.changed(key, item.Value, nil); err != nil {
		return err
	}
	return tx.kv.Delete(key)
}

// changed notes a change of a record; nil: it was not there, or is not any more.
func (tx *Tx) changed(key, before, after []byte) error {
	digest := func(value []byte) []byte {
		if value == nil {
			return nil
		}
		sum := sha256.Sum256(value)
		return sum[:]
	}
	was, is := digest(before), digest(after)
	if reference, salted := audit.Salted(string(key)); salted {
		salts, err := tx.salt(reference)
		if err != nil {
			return err
		}
		was, is = audit.Commit(salts.before, string(key), was), audit.Commit(salts.after, string(key), is)
	}
	tx.changes.Note(key, was, is)
	return nil
}

// finish writes what belongs to every change: the history of placements and
// homes, the audit entry, and the result of the request.
func (tx *Tx) finish() error {
	if err := tx.history(tx.stamp.ID, ""); err != nil {
		return err
	}
	if len(tx.changes)+len(tx.moves)+len(tx.turns) > 0 {
		if err := tx.audit(); err != nil {
			return err
		}
	}
	if tx.stamp.RequestID == "" {
		return nil
	}
	return tx.raw(requests.key(tx.stamp.RequestID), &eilev1.RequestRecord{
		Sha256: tx.stamp.RequestSum, Result: tx.result, At: tx.at(), Actor: tx.stamp.Actor,
	})
}

func (tx *Tx) audit() error {
	entry := &eilev1.AuditEntry{
		Id: tx.stamp.ID, At: tx.at(), Actor: tx.stamp.Actor, Action: tx.stamp.Action, Cause: tx.stamp.Cause,
		Subjects: tx.subjects, Changes: tx.changes, StatusFrom: tx.from, StatusTo: tx.to, Decision: tx.decision,
	}
	if tx.stamp.Reason == "" && len(tx.values) == 0 {
		return audit.Put(tx.kv, entry, nil)
	}
	return audit.Put(tx.kv, entry, &eilev1.AuditDetail{
		Salt: tx.reg.seed.Salt(layout.AuditDetail, tx.stamp.ID), Reason: tx.stamp.Reason, Values: tx.values,
	})
}

// raw writes a record that the audit entry does not speak of.
func (tx *Tx) raw(key []byte, record proto.Message) error {
	value, err := layout.Encode(record)
	if err != nil {
		return err
	}
	return tx.kv.Put(key, value)
}

// ErrRequestReused says that a request_id came again with another request.
type ErrRequestReused struct{ RequestID string }

func (e ErrRequestReused) Error() string {
	return fmt.Sprintf("request %s was used for another request: use a new id", e.RequestID)
}

// seen returns the result of a request that was carried out before.
func (tx *Tx) seen() (result string, seen bool, err error) {
	if tx.stamp.RequestID == "" {
		return "", false, nil
	}
	record, ok, err := requests.Find(tx, tx.stamp.RequestID)
	if err != nil || !ok {
		return "", false, err
	}
	if !bytes.Equal(record.GetSha256(), tx.stamp.RequestSum) || record.GetActor() != tx.stamp.Actor {
		return "", false, ErrRequestReused{tx.stamp.RequestID}
	}
	return record.GetResult(), true, nil
}
