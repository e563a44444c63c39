package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// salts of an application are two where a change erases its persons: what was
// told before it is told under the former one, which nobody has afterwards.
type salts struct{ before, after []byte }

// forgets tells whether this change erases the persons of a record.
func (tx *Tx) forgets(key string) bool {
	reference, salted := audit.Salted(key)
	of, known := tx.salts[reference]
	return salted && known && !bytes.Equal(of.before, of.after)
}

// salt reads the salt of an application, and draws it where there is none.
func (tx *Tx) salt(reference string) (salts, error) {
	if known, ok := tx.salts[reference]; ok {
		return known, nil
	}
	item, ok, err := tx.kv.Get(layout.SaltKey(reference))
	if err != nil {
		return salts{}, err
	}
	if !ok {
		drawn := tx.reg.seed.Salt(reference, tx.stamp.ID)
		return tx.putSalt(reference, salts{drawn, drawn}, nil)
	}
	salt := bytes.Clone(item.Value)
	return tx.keepSalts(reference, salts{salt, salt}), nil
}

func (tx *Tx) keepSalts(reference string, of salts) salts {
	if tx.salts == nil {
		tx.salts = map[string]salts{}
	}
	tx.salts[reference] = of
	return of
}

// putSalt writes a salt, of whose coming and going the audit tells like of any
// record: 32 random bytes can be guessed from no digest.
func (tx *Tx) putSalt(reference string, of salts, before []byte) (salts, error) {
	key := layout.SaltKey(reference)
	sum := sha256.Sum256(of.after)
	tx.changes.Note(key, before, sum[:])
	return tx.keepSalts(reference, of), tx.kv.Put(key, of.after)
}

// Forget has what the audit says of the persons of an application be forgotten:
// another salt takes the place of the one under which it committed to them, and
// what lies beside its former entries is to be removed, see Register.Forget. It
// comes before what the change writes of the application.
func (tx *Tx) Forget(reference string) error {
	of, err := tx.salt(reference)
	if err != nil {
		return err
	}
	former := sha256.Sum256(of.before)
	of.after = tx.reg.seed.Salt(reference, tx.stamp.ID)
	if _, err := tx.putSalt(reference, of, former[:]); err != nil {
		return err
	}
	entry := layout.TimeKey("", tx.stamp.Now, tx.stamp.ID)
	return tx.kv.Put([]byte(layout.Erasing+reference), entry)
}

// Forget removes what lies beside the entries about an application up to the
// change that forgot its persons. It may be called again, and where nothing is to
// be removed it does nothing; what it left, a process that ended, is removed when
// the register is opened.
func (r *Register) Forget(ctx context.Context, reference string) error {
	marker := []byte(layout.Erasing + reference)
	var keys [][]byte
	err := r.db.View(ctx, func(reader kv.Reader) error {
		item, ok, err := reader.Get(marker)
		if err != nil || !ok {
			return err
		}
		keys, err = audit.Details(reader, reference, string(item.Value))
		keys = append(keys, marker)
		return err
	})
	if err != nil {
		return fmt.Errorf("erase what the audit keeps of application %s: %w", reference, err)
	}
	for some := range slices.Chunk(keys, kv.MaxOps) {
		if err := r.deleteKeys(ctx, some, func(kv.Tx) error { return nil }); err != nil {
			return fmt.Errorf("erase what the audit keeps of application %s: %w", reference, err)
		}
	}
	return nil
}

// finishErasures removes what a process that ended in the middle left.
func (r *Register) finishErasures(ctx context.Context) error {
	var left []string
	err := r.db.View(ctx, func(reader kv.Reader) error {
		for item, err := range layout.All(reader, layout.Erasing) {
			if err != nil {
				return err
			}
			left = append(left, string(item.Key[len(layout.Erasing):]))
		}
		return nil
	})
	for _, reference := range left {
		if err == nil {
			err = r.Forget(ctx, reference)
		}
	}
	return err
}
