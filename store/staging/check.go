package staging

import (
	"fmt"
	"iter"

	"google.golang.org/protobuf/encoding/protowire"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// chunks yields the lists of keys with the import that wrote them.
func chunks(reader kv.Reader) iter.Seq2[wrote, error] {
	return func(yield func(wrote, error) bool) {
		for item, err := range layout.All(reader, layout.ImportChunk) {
			if err != nil {
				yield(wrote{}, err)
				return
			}
			chunk, err := layout.Decode[eilev1.ImportChunk](chunkNoun, item)
			id := string(item.Key[len(layout.ImportChunk):])
			if !yield(wrote{id[:max(0, len(id)-1-layout.NumberLen)], chunk.GetKeys()}, err) || err != nil {
				return
			}
		}
	}
}

// wrote is what one transaction of an import wrote.
type wrote struct {
	importID string
	keys     [][]byte
}

// Staged are the keys that undecided imports have written.
func Staged(reader kv.Reader, decided map[string]bool) (map[string]bool, error) {
	staged := map[string]bool{}
	for chunk, err := range chunks(reader) {
		if err != nil {
			return nil, err
		}
		if decided[chunk.importID] {
			continue
		}
		for _, key := range chunk.keys {
			staged[string(key)] = true
		}
	}
	return staged, nil
}

// mark is where a sort of record says which import brought it.
type mark struct {
	prefix string
	field  protowire.Number
}

var marks = []mark{{layout.Placement, layout.PlacementImport}, {layout.PlacementChange, 4}, {layout.UnitChange, 4}}

// CheckStrays looks for what belongs to an import that is neither decided nor
// under way: nobody sees it, and nothing will remove it. It reports until report
// returns false.
func CheckStrays(reader kv.Reader, report func(fault string) bool) error {
	known, err := states(reader)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	stray := func(id, key string) (more bool) {
		if _, ok := known[id]; ok || id == "" || told[id] {
			return true
		}
		told[id] = true
		return report(fmt.Sprintf("key %q: it belongs to import %s, which does not exist", key, id))
	}
	for chunk, err := range chunks(reader) {
		if err != nil || !stray(chunk.importID, layout.ImportChunk+chunk.importID) {
			return err
		}
	}
	for _, of := range marks {
		for item, err := range layout.All(reader, of.prefix) {
			if err != nil || !stray(layout.Text(item.Value, of.field), string(item.Key)) {
				return err
			}
		}
	}
	return nil
}
