package store

import (
	"errors"
	"sync"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A record that an import brought carries its id and is hidden until the import
// is decided. Who reads asks the import's own record, in the snapshot or the
// transaction that it reads from: what the process knows may be older or newer.

// imported is a record that an import may have brought.
type imported interface{ GetImport() string }

// ErrImporting says that an import which is not decided has staged the very
// record that is to be written.
var ErrImporting = errors.New("it is being imported: try again when the import has ended")

// imports is what this process knows of imports, fed by commits. What it says
// was so when the last transaction was committed, and both answers last: an
// import that is decided stays decided, and none has rows before it is known.
type imports struct {
	mu      sync.RWMutex
	decided map[string]bool
	staging map[string]bool
}

func newImports() imports {
	return imports{decided: map[string]bool{}, staging: map[string]bool{}}
}

// put notes the state of an import; zero when its record was deleted.
func (i *imports) put(id string, state eilev1.ImportState) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.decided, id)
	delete(i.staging, id)
	switch state {
	case eilev1.ImportState_IMPORT_STATE_DECIDED:
		i.decided[id] = true
	case eilev1.ImportState_IMPORT_STATE_STAGING:
		i.staging[id] = true
	}
}

func (i *imports) isDecided(id string) bool {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.decided[id]
}

// any tells whether a record may be staged at all.
func (i *imports) any() bool {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return len(i.staging) > 0
}

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
	if importID == "" || tx.reg.imports.isDecided(importID) {
		return false, nil
	}
	return undecided(tx, importID)
}
