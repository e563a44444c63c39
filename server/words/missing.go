package words

import (
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Missing says that a thing is not there which is no record of the store, or why it
// is not there. It is a [store.ErrNotFound].
type Missing struct {
	What words.Phrase
	Why  *eilev1.Reason
}

// NotFound says that a thing is not there.
func NotFound(what words.Phrase) error { return Missing{what, words.Reason("NOT_FOUND")} }

// Error says in English what is not there.
func (m Missing) Error() string {
	return Write(words.Default, m.What) + ": " + Sentence(words.Default, m.Why, nil)
}

// Unwrap returns [store.ErrNotFound].
func (Missing) Unwrap() error { return store.ErrNotFound }
