package past

import (
	"iter"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Effect is what one entry of the history brought about, without what it says.
type Effect struct {
	Key     time.Time // of the entry
	At      time.Time // when it took effect; zero: its import is not decided
	Changes int
}

// Both histories number their fields alike.
const (
	changesField protowire.Number = 1
	importField  protowire.Number = 4
)

// Effects yields those of the entries from a moment on, of the placements and then
// of the homes, each in the order of keys. What the entries say is not decoded.
func Effects(reader kv.Reader, from time.Time) iter.Seq2[Effect, error] {
	return func(yield func(Effect, error) bool) {
		decided := map[string]time.Time{}
		for _, of := range []history{placements, units} {
			for item, err := range of.from(reader, from) {
				var found Effect
				if err == nil {
					found, err = of.effect(reader, item, decided)
				}
				if !yield(found, err) || err != nil {
					return
				}
			}
		}
	}
}

func (h history) effect(reader kv.Reader, item kv.Item, decided map[string]time.Time) (Effect, error) {
	at, err := h.moment(item)
	if err != nil {
		return Effect{}, err
	}
	found := Effect{Key: at, Changes: layout.Count(item.Value, changesField)}
	found.At, err = effect(reader, at, layout.Text(item.Value, importField), decided)
	return found, err
}
