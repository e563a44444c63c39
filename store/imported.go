package store

import (
	"errors"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// ErrImporting says that an import which is not decided has staged the very
// record that is to be written.
var ErrImporting = errors.New("it is being imported: try again when the import has ended")

// undecided asks the record of an import; a missing one was never decided.
func undecided(from Source, id string) (bool, error) {
	record, ok, err := Imports.Find(from, id)
	if err != nil {
		return false, err
	}
	return !ok || record.GetState() != eilev1.ImportState_IMPORT_STATE_DECIDED, nil
}

func (v *View) hidden(importID string) (bool, error) {
	if importID == "" {
		return false, nil
	}
	hidden, known := v.hides[importID]
	if known {
		return hidden, nil
	}
	hidden, err := undecided(v, importID)
	if err == nil {
		v.hides[importID] = hidden
	}
	return hidden, err
}

func (tx *Tx) hidden(importID string) (bool, error) {
	if importID == "" || tx.reg.imports.IsDecided(importID) {
		return false, nil
	}
	return undecided(tx, importID)
}
