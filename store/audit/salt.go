package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/eile-housing/eile/store/layout"
)

// The digest of a record of which persons are known lets a guess of them be
// confirmed for ever. Of an application and its person the audit therefore holds
// an HMAC under a salt of the application, which erasure replaces: nobody can
// make the former ones again.

// SaltBytes are those of a salt and of a seed.
const SaltBytes = 32

// Seed is what salts are drawn from, since a register has no chance of its own:
// random bytes of the process, which are never stored.
type Seed []byte

// NewSeed takes random bytes as a seed.
func NewSeed(random []byte) (Seed, error) {
	if len(random) != SaltBytes {
		return nil, fmt.Errorf("the seed of the salts has %d bytes: give %d random ones", len(random), SaltBytes)
	}
	return Seed(random), nil
}

// Salt draws the salt of something for a change: the same for the same change,
// so that one that runs twice writes the same.
func (s Seed) Salt(of, change string) []byte {
	mac := hmac.New(sha256.New, s)
	mac.Write([]byte(of))
	mac.Write([]byte{0})
	mac.Write([]byte(change))
	return mac.Sum(nil)
}

// Commit is what an entry holds of a record of persons, from its SHA-256; nil:
// there is none.
func Commit(salt []byte, key string, digest []byte) []byte {
	if len(digest) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(key))
	mac.Write([]byte{0})
	mac.Write(digest)
	return mac.Sum(nil)
}

// Salted returns the application under whose salt the audit commits to a record;
// false: it holds its SHA-256.
func Salted(key string) (reference string, ok bool) {
	if reference, ok = strings.CutPrefix(key, layout.Application); ok {
		return reference, true
	}
	return strings.CutPrefix(key, layout.Person)
}

// Leaf of an entry as it is stored. The zero byte keeps it apart from the inner
// nodes of a tree over the entries.
func Leaf(entry []byte) [sha256.Size]byte {
	hash := sha256.New()
	hash.Write([]byte{0})
	hash.Write(entry)
	return [sha256.Size]byte(hash.Sum(nil))
}
