package staging

import (
	"maps"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Who reads a record that an import brought asks the import's own record, in the
// snapshot or the transaction that it reads from: what the process knows may be
// older or newer.

// Brought is a record that an import may have brought.
type Brought interface{ GetImport() string }

// Imports is what this process knows of imports, fed by commits. What it says
// was so when the last transaction was committed, and both answers last: an
// import that is decided stays decided, and none has rows before it is known.
type Imports struct {
	mu      sync.RWMutex
	decided map[string]bool
	staging map[string]bool
}

// NewImports knows of none.
func NewImports() *Imports {
	return &Imports{decided: map[string]bool{}, staging: map[string]bool{}}
}

// Copy knows the same and learns for itself.
func (i *Imports) Copy() *Imports {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return &Imports{decided: maps.Clone(i.decided), staging: maps.Clone(i.staging)}
}

// Load learns of every import of a store.
func (i *Imports) Load(reader kv.Reader) error {
	all, err := states(reader)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for id, state := range all {
		i.put(id, state)
	}
	return nil
}

// Apply learns of the record of an import that was written or deleted.
func (i *Imports) Apply(write kv.Write) {
	record := new(eilev1.ImportRecord)
	if proto.Unmarshal(write.Value, record) != nil {
		return
	}
	id := string(write.Key[len(layout.Import):])
	i.mu.Lock()
	defer i.mu.Unlock()
	i.put(id, record.GetState())
}

// put notes the state of an import; zero when its record was deleted.
func (i *Imports) put(id string, state eilev1.ImportState) {
	delete(i.decided, id)
	delete(i.staging, id)
	switch state {
	case eilev1.ImportState_IMPORT_STATE_DECIDED:
		i.decided[id] = true
	case eilev1.ImportState_IMPORT_STATE_STAGING:
		i.staging[id] = true
	default: // deleted
	}
}

// IsDecided tells whether an import was decided.
func (i *Imports) IsDecided(id string) bool {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.decided[id]
}

// Any tells whether a record may be staged at all.
func (i *Imports) Any() bool {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return len(i.staging) > 0
}

// states reads the state of every import.
func states(reader kv.Reader) (map[string]eilev1.ImportState, error) {
	all := map[string]eilev1.ImportState{}
	for item, err := range layout.All(reader, layout.Import) {
		if err != nil {
			return nil, err
		}
		record, err := layout.Decode[eilev1.ImportRecord]("import", item)
		if err != nil {
			return nil, err
		}
		all[string(item.Key[len(layout.Import):])] = record.GetState()
	}
	return all, nil
}

// Decided reads which imports were decided.
func Decided(reader kv.Reader) (map[string]bool, error) {
	all, err := states(reader)
	decided := map[string]bool{}
	for id, state := range all {
		decided[id] = state == eilev1.ImportState_IMPORT_STATE_DECIDED
	}
	return decided, err
}

// Visible is from when on the records of an import count.
type Visible struct {
	At       time.Time
	Revision uint64
}

// Decision reads when an import was decided; false: it is not.
func Decision(reader kv.Reader, id string) (Visible, bool, error) {
	item, ok, err := reader.Get([]byte(layout.Import + id))
	if err != nil || !ok {
		return Visible{}, false, err
	}
	record, err := layout.Decode[eilev1.ImportRecord]("import", item)
	if err != nil || record.GetState() != eilev1.ImportState_IMPORT_STATE_DECIDED {
		return Visible{}, false, err
	}
	return Visible{At: record.GetAt().AsTime(), Revision: uint64(item.Revision)}, true, nil
}
