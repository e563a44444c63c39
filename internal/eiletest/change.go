package eiletest

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Change runs fn as one change under the rules of today. What is refused must
// say why, every reason with its words, and leave no trace.
func (w *World) Change(action string, fn func(casework.Change) error) error {
	w.Helper()
	before := w.DB.Revision()
	_, _, err := casework.Update(w.Context(), w.Register, w.Stamp(action), w.InForce(), fn)
	var refusal casework.Refusal
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &refusal):
		w.Fatalf("%s: %v", action, err)
	case len(refusal.Reasons) == 0 || refusal.What.Key == "":
		w.Fatalf("%s is refused without a reason: %v", action, err)
	case w.DB.Revision() != before:
		w.Fatalf("%s was refused and changed the register: %v", action, err)
	}
	for _, lang := range words.Languages() {
		said := refusal.In(lang)
		if said.GetWhat() == "" || said.GetWhat() == refusal.What.Key {
			w.Fatalf("%s is refused, and %s has no words for %s", action, lang, refusal.What.Key)
		}
		for _, reason := range said.GetReasons() {
			if reason.GetCode() == "" || reason.GetDetail() == "" || reason.GetDetail() == reason.GetCode() {
				w.Fatalf("%s is refused for a reason without words in %s: %v", action, lang, reason)
			}
		}
	}
	return err
}

// Must makes a change that must succeed.
func (w *World) Must(action string, fn func(casework.Change) error) {
	w.Helper()
	if err := w.Change(action, fn); err != nil {
		w.Fatalf("%s: %v", action, err)
	}
}

// Refused fails unless an error is a refusal for just these reasons.
func (w *World) Refused(err error, codes ...string) {
	w.Helper()
	if got := Codes(err); !slices.Equal(got, codes) {
		w.Errorf("refused for %v, want %v: %v", got, codes, err)
	}
}

// Codes of a refusal; none where an error is none.
func Codes(err error) []string {
	var refusal casework.Refusal
	if !errors.As(err, &refusal) {
		return nil
	}
	var codes []string
	for _, reason := range refusal.Reasons {
		codes = append(codes, reason.GetCode())
	}
	return codes
}

// Message is a record of the register.
type Message[T any] interface {
	*T
	proto.Message
}

// On changes one stored record, as the handlers do.
func On[R any, M Message[R]](w *World, action string, kind store.Kind[R, M], id string, fn func(casework.Change, M) error) error {
	w.Helper()
	return w.Change(action, func(c casework.Change) error {
		stored, err := kind.Get(c.Tx, id)
		if err != nil {
			return err
		}
		return fn(c, stored)
	})
}

// MustOn changes one stored record, which must succeed.
func MustOn[R any, M Message[R]](w *World, action string, kind store.Kind[R, M], id string, fn func(casework.Change, M) error) {
	w.Helper()
	if err := On(w, action, kind, id, fn); err != nil {
		w.Fatalf("%s: %v", action, err)
	}
}

// View reads the register.
func (w *World) View(fn func(*store.View) error) {
	w.Helper()
	if err := w.Register.View(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// All are the records of a kind, in the order of their ids.
func All[R any, M Message[R]](w *World, kind store.Kind[R, M]) (records []M) {
	w.Helper()
	w.View(func(v *store.View) error {
		for entry, err := range kind.All(v, "", "") {
			if err != nil {
				return err
			}
			records = append(records, entry.Record)
		}
		return nil
	})
	return records
}

// Read reads one record that must exist.
func Read[R any, M Message[R]](w *World, kind store.Kind[R, M], id string) (record M) {
	w.Helper()
	w.View(func(v *store.View) (err error) {
		record, err = kind.Get(v, id)
		return err
	})
	return record
}
