package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/encoding/protowire"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
)

const reasonOfOna = "Ona Onaitė is ill"

// withOna is a register in which somebody came, was amended, and ended.
func withOna(t tester, db kv.DB) *office {
	o := openOffice(t, db)
	o.said("application.register", "", func(tx *Tx, a *eilev1.Application) error {
		a.RegisteredAt = "2026-01-05"
		return Persons.Put(tx, "A-1", ona(1, 1))
	})
	o.said("application.amend", reasonOfOna, func(tx *Tx, a *eilev1.Application) error {
		a.Household = &eilev1.Household{Members: []*eilev1.Member{{BirthDate: &date.Date{Year: 1985, Month: 2, Day: 3}}}}
		a.Districts = []string{"Naujamiestis"}
		return Persons.Put(tx, "A-1", ona(3, 7))
	})
	o.settle(place("B-1", "general", "2", "b"))
	o.seal1()
	return o
}

// ona is a person of whom two things may be guessed.
func ona(phone, code int) *eilev1.Person {
	return &eilev1.Person{GivenName: "Ona", Phone: fmt.Sprintf("+370%d", phone), PersonalCode: fmt.Sprintf("48502030%d", code)}
}

// said changes A-1 with a reason.
func (o *office) said(action, reason string, fn func(*Tx, *eilev1.Application) error) {
	o.Helper()
	stamp := o.stamp(action)
	stamp.Reason = reason
	_, _, err := o.Update(o.Context(), stamp, func(tx *Tx) error {
		a, ok, err := Applications.Find(tx, "A-1")
		p := place("A-1", "general", "2", "a")
		if !ok {
			a = application(p)
		}
		tx.Subject("A-1")
		return errors.Join(err, fn(tx, a), Applications.Put(tx, "A-1", a), tx.Place(p))
	})
	if err != nil {
		o.Fatalf("%s: %v", action, err)
	}
}

// erase does what the erasure of the persons of A-1 does, but for the rest of it.
func (o *office) erase() {
	o.Helper()
	o.said(audit.ActionErase, "asked for", func(tx *Tx, a *eilev1.Application) error {
		err := tx.Forget("A-1")
		a.Household = nil
		return errors.Join(err, Persons.Delete(tx, "A-1"))
	})
}

// holds tells whether a store holds some bytes anywhere.
func (o *office) holds(what []byte) bool {
	o.Helper()
	found := false
	err := o.db.View(o.Context(), func(reader kv.Reader) error {
		for item, err := range reader.Scan(nil, nil) {
			found = found || bytes.Contains(item.Value, what) || bytes.Contains(item.Key, what)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return found
}

// confirmed tells whether a guess of the person can be confirmed by what is left: by
// its digest, or by a commitment under any salt of the store.
func (o *office) confirmed(guess *eilev1.Person) bool {
	o.Helper()
	sum := sha256.Sum256(encoded(o, guess))
	if o.holds(sum[:]) {
		return true
	}
	var salts [][]byte
	err := o.db.View(o.Context(), func(reader kv.Reader) error {
		for item, err := range layout.All(reader, layout.Salt) {
			salts = append(salts, bytes.Clone(item.Value))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	for _, salt := range salts {
		if o.holds(audit.Commit(salt, "n/A-1", sum[:])) {
			return true
		}
	}
	return false
}

// guesses tries everybody whom the person could be.
func (o *office) guesses() (confirmed int) {
	o.Helper()
	for phone := range 10 {
		for code := range 10 {
			if o.confirmed(ona(phone, code)) {
				confirmed++
			}
		}
	}
	return confirmed
}

// TestErasureLeavesNothingToGuess: before it the record that is there can be told from
// others, afterwards nobody who tries everything learns anything, also in a register
// that an earlier program made, and the check finds nothing.
func TestErasureLeavesNothingToGuess(t *testing.T) {
	for name, formed := range map[string]bool{"of this program": true, "of a former one": false} {
		o := withOna(t, newMemory())
		if !formed {
			o.of(2)
			o = reopened(o)
		}
		if o.guesses() == 0 || !o.holds([]byte(reasonOfOna)) || !o.holds([]byte("1985-02-03")) == formed {
			t.Errorf("%s: what is to be erased is not there", name)
		}
		o.erase()
		if err := o.Forget(t.Context(), "A-1"); err != nil {
			t.Fatal(err)
		}
		if n := o.guesses(); n > 0 || o.holds([]byte(reasonOfOna)) || o.holds([]byte("1985-02-03")) {
			t.Errorf("%s: %d guesses are confirmed, or the reason or the day of birth is there", name, n)
		}
		o.sound(o.Register)
		last := o.entriesOf(o.Register)
		if e := last[len(last)-1]; e.GetReason() != "asked for" || e.GetErased() || !last[1].GetErased() || last[1].GetReason() != "" {
			t.Errorf("%s: the erasure is told as %v, what was before as %v", name, e, last[1])
		}
		o.seal1()
		o.said("application.note", "later", func(*Tx, *eilev1.Application) error { return nil })
		o.sound(o.Register)
	}
}

// TestErasedByAFormerProgram, which left the reasons and digests: the migration takes
// them.
func TestErasedByAFormerProgram(t *testing.T) {
	o := withOna(t, newMemory())
	o.erase()
	o.of(2)
	if o.guesses() == 0 || !o.holds([]byte(reasonOfOna)) {
		t.Error("the former program left nothing")
	}
	o = reopened(o)
	if n := o.guesses(); n > 0 || o.holds([]byte(reasonOfOna)) {
		t.Errorf("%d guesses are confirmed, or the reason is there", n)
	}
	o.sound(o.Register)
	if all := o.entriesOf(o.Register); !all[1].GetErased() || all[len(all)-1].GetReason() != "asked for" {
		t.Errorf("it is told as %v", all)
	}
}

// reopened is the office on its store, opened by this program.
func reopened(o *office) *office {
	o.Helper()
	again := openOffice(o.tester, o.db)
	again.now, again.ids = o.now, o.ids
	return again
}

// TestErasureIsKilled anywhere after it was decided: whoever opens the register next
// finishes it.
func TestErasureIsKilled(t *testing.T) {
	for kill := range 3 {
		o := withOna(t, newMemory())
		o.erase()
		o.sound(o.Register)
		again := &Register{db: &mortal{o.db, kill}, seed: seed}
		if err := again.Forget(t.Context(), "A-1"); err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		o = reopened(o)
		if o.holds([]byte(reasonOfOna)) || len(o.keys(layout.Erasing)) > 0 {
			t.Errorf("killed after %d commits the erasure is not finished", kill)
		}
		o.sound(o.Register)
	}
}

// TestValues: what changed of a fact is told with what it was and is, of a person only
// that it changed, and nothing of either stands in the entry itself.
func TestValues(t *testing.T) {
	o := withOna(t, newMemory())
	entry := o.entriesOf(o.Register)[1]
	got := map[string]string{}
	for _, value := range entry.GetValues() {
		got[value.GetKey()+" "+value.GetName()] = value.GetFrom() + ">" + value.GetTo()
	}
	for name, want := range map[string]string{
		"a/A-1 districts": ">Naujamiestis", "a/A-1 household.members[1].birth_date": ">1985-02-03", "n/A-1 phone": ">", "n/A-1 personal_code": ">",
	} {
		if is, ok := got[name]; !ok || is != want {
			t.Errorf("%s is %q, want %q", name, is, want)
		}
	}
	if len(got) != 4 || entry.GetReason() != reasonOfOna {
		t.Errorf("it is told as %v", entry)
	}
	for _, key := range o.keys(layout.Audit) {
		for _, secret := range []string{reasonOfOna, "Naujamiestis", "1985", "+370"} {
			o.raw(func(tx kv.Tx) error {
				item, _, err := tx.Get([]byte(key))
				if bytes.Contains(item.Value, []byte(secret)) {
					t.Errorf("entry %q holds %q", key, secret)
				}
				return err
			})
		}
	}
}

// TestEntriesAreNeverWrittenAgain: what a later program adds to an entry outlives all
// that this one does to the register, byte for byte.
func TestEntriesAreNeverWrittenAgain(t *testing.T) {
	o := withOna(t, newMemory())
	key := layout.TimeKey(layout.Audit, o.now.Add(1), "id-later")
	value := encoded(t, &eilev1.AuditEntry{Id: "id-later", At: nil, Action: "later.change"})
	value = protowire.AppendTag(value, 999, protowire.BytesType)
	value = protowire.AppendString(value, "what nobody knows yet")
	o.raw(func(tx kv.Tx) error { return tx.Put(key, value) })
	o.seal1()
	o.erase()
	im := o.begin("im-1")
	o.write(im, 0, o.imported(im, "L-1"))
	o.decide(im)
	if err := o.Forget(t.Context(), "A-1"); err != nil {
		t.Fatal(err)
	}
	db, err := memkv.Restore(bytes.NewReader(bytesOf(t, o.db)), memkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o = openOffice(t, db)
	o.raw(func(tx kv.Tx) error {
		item, _, err := tx.Get(key)
		if !bytes.Equal(item.Value, value) {
			t.Errorf("the entry is %q", item.Value)
		}
		return err
	})
	o.sound(o.Register)
}

// TestCheckOfDetails: what lies beside an entry is held to what the entry says of it.
func TestCheckOfDetails(t *testing.T) {
	for fault, harm := range map[string]func(kv.Tx, []byte) error{
		"the record beside it is not what the entry says": func(tx kv.Tx, key []byte) error {
			return tx.Put(key, encoded(t, &eilev1.AuditDetail{Reason: "another"}))
		},
		"the record beside it is missing": func(tx kv.Tx, key []byte) error { return tx.Delete(key) },
		"no audit entry tells of it": func(tx kv.Tx, _ []byte) error {
			return tx.Put([]byte(layout.AuditDetail+"0000000000000000/x"), nil)
		},
		"record at key \"ek/A-1\": it is not what": func(tx kv.Tx, _ []byte) error { return tx.Put(layout.SaltKey("A-1"), seed) },
	} {
		o := withOna(t, newMemory())
		key := []byte(o.keys(layout.AuditDetail)[0])
		o.raw(func(tx kv.Tx) error { return harm(tx, key) })
		if found := o.faults(o.Register); !strings.Contains(strings.Join(found, "\n"), fault) {
			t.Errorf("want %q, got %q", fault, found)
		}
	}
}
