package rulebook

import (
	"context"
	"slices"
	"sync"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/store"
)

// maxShelved bounds the policies that are kept beside the one in force for the
// words of their reasons: a compiled policy takes some megabytes.
const maxShelved = 8

// shelf is the policies whose words somebody asked for, by their hashes, the one
// that came first in front; nil stands for one that the register does not have.
type shelf struct {
	mu     sync.Mutex
	hashes []string
	loaded map[string]*policy.Policy
}

// Policy finds the policy in whose words a reason is written: the one in force,
// or one before or to come; nil: the register has none of this hash. It may read
// the register, so a change asks Known.
func (b *Book) Policy(sha256 string) words.Speaker {
	if known := b.Known(sha256); known != nil {
		return known
	}
	b.shelf.mu.Lock()
	defer b.shelf.mu.Unlock()
	found, looked := b.shelf.loaded[sha256]
	if !looked {
		found = b.load(sha256)
		b.shelf.put(sha256, found)
	}
	if found == nil {
		return nil
	}
	return found
}

// Known finds the policy of a hash among those at hand; nil: it is not.
func (b *Book) Known(sha256 string) words.Speaker {
	if in := b.inForce.Load(); in != nil && in.rules.Policy.SHA256 == sha256 {
		return in.rules.Policy
	}
	b.shelf.mu.Lock()
	defer b.shelf.mu.Unlock()
	if found := b.shelf.loaded[sha256]; found != nil {
		return found
	}
	return nil
}

// load reads a policy of the register by its hash; nil where there is none that
// can be read: its reasons are then told by their codes.
func (b *Book) load(sha256 string) (found *policy.Policy) {
	_ = b.register.View(context.Background(), func(v *store.View) error {
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

// put keeps a policy at hand.
func (s *shelf) put(sha256 string, found *policy.Policy) {
	if s.loaded == nil {
		s.loaded = map[string]*policy.Policy{}
	}
	if len(s.hashes) == maxShelved {
		delete(s.loaded, s.hashes[0])
		s.hashes = slices.Delete(s.hashes, 0, 1)
	}
	s.hashes, s.loaded[sha256] = append(s.hashes, sha256), found
}

// supersede puts another policy in force. The former stays at hand, since the
// records speak of it until they are brought to the new one.
func (b *Book) supersede(next *edition) {
	former := b.inForce.Swap(next)
	b.shelf.mu.Lock()
	defer b.shelf.mu.Unlock()
	b.shelf.hashes, b.shelf.loaded = nil, nil // what was not there may be now
	if former != nil {
		b.shelf.put(former.rules.Policy.SHA256, former.rules.Policy)
	}
}
