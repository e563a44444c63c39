package rulebook

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/store"
)

// maxShelved bounds the policies that are kept beside the one in force for the
// words of their reasons: a compiled policy takes some megabytes.
const maxShelved = 8

// Wording finds the policies in whose words reasons are written. All methods may be
// called concurrently.
type Wording struct {
	register *store.Register
	inForce  *atomic.Pointer[edition]

	mu sync.Mutex
	// Policies beside the one in force whose words somebody asked for, the one that
	// came first in front; nil stands for one that the register does not have.
	hashes []string
	loaded map[string]*policy.Policy
}

// Policy finds the policy of a hash: the one in force, or one before or to come;
// nil: the register has none. It may read the register, so a change asks Known.
func (w *Wording) Policy(sha256 string) words.Speaker {
	if known := w.Known(sha256); known != nil {
		return known
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	found, looked := w.loaded[sha256]
	if !looked {
		found = load(w.register, sha256)
		w.put(sha256, found)
	}
	if found == nil {
		return nil
	}
	return found
}

// Known finds the policy of a hash among those at hand; nil: it is not.
func (w *Wording) Known(sha256 string) words.Speaker {
	if in := w.inForce.Load(); in != nil && in.rules.Policy.SHA256 == sha256 {
		return in.rules.Policy
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if found := w.loaded[sha256]; found != nil {
		return found
	}
	return nil
}

// put keeps a policy at hand.
func (w *Wording) put(sha256 string, found *policy.Policy) {
	if w.loaded == nil {
		w.loaded = map[string]*policy.Policy{}
	}
	if len(w.hashes) == maxShelved {
		delete(w.loaded, w.hashes[0])
		w.hashes = slices.Delete(w.hashes, 0, 1)
	}
	w.hashes, w.loaded[sha256] = append(w.hashes, sha256), found
}

// supersede puts another policy in force. The former stays at hand, since the
// records speak of it until they are brought to the new one.
func (w *Wording) supersede(next *edition) {
	former := w.inForce.Swap(next)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hashes, w.loaded = nil, nil // what was not there may be now
	if former != nil {
		w.put(former.rules.Policy.SHA256, former.rules.Policy)
	}
}

// load reads a policy of a register by its hash; nil where there is none that can
// be read: its reasons are then told by their codes.
func load(register *store.Register, sha256 string) (found *policy.Policy) {
	_ = register.View(context.Background(), func(v *store.View) error {
		for entry, err := range store.Policies.All(v, "", "") {
			if err != nil {
				return err
			}
			if entry.Record.GetPolicy().GetSha256() == sha256 {
				found, err = policy.Load(entry.Record.GetName()+".yaml", []byte(entry.Record.GetSource()))
				return err
			}
		}
		return nil
	})
	return found
}
