package rulebook

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// ErrNoPolicy says that nothing can be decided yet.
var ErrNoPolicy = errors.New("no policy is in force: activate one first")

// Book keeps the policy in force of one register ready for use. All methods may
// be called concurrently.
type Book struct {
	*Clock
	register *store.Register
	inForce  atomic.Pointer[edition]
	// holding is held while a policy is put in force, and shared by those who
	// hold the book.
	holding sync.RWMutex
	// Wording has the words of its policies, and of those before.
	Wording Wording
}

// New returns the book of a register; Load opens it.
func New(register *store.Register, clock *Clock) *Book {
	b := &Book{Clock: clock, register: register}
	b.Wording.register, b.Wording.inForce = register, &b.inForce
	return b
}

// edition is a policy ready for use, with its record.
type edition struct {
	rules  casework.Rules // without a day
	record *eilev1.Policy
}

func makeEdition(record *eilev1.Policy) (*edition, error) {
	loaded, err := policy.Load(record.GetName()+".yaml", []byte(record.GetSource()))
	if err != nil {
		return nil, err
	}
	seed := record.GetSeed()
	return &edition{rules: casework.Rules{Policy: loaded, Evaluator: loaded.Evaluator(seed), Seed: seed}, record: record}, nil
}

// recordID is where a version of a policy is kept.
func recordID(record *eilev1.Policy) string { return record.GetName() + "/" + record.GetVersion() }

// on are the rules of one day, with the words of the policies that are known.
func (e *edition) on(day day.Day, known words.Policies) casework.Rules {
	rules := e.rules
	rules.Today, rules.Known = day, known
	return rules
}

// is tells whether a policy is this one.
func (e *edition) is(policy *eilev1.PolicyName) bool {
	return e != nil && proto.Equal(e.record.GetPolicy(), policy)
}

// shown is the record as it is answered while it is in force.
func (e *edition) shown() *eilev1.Policy {
	record := proto.CloneOf(e.record)
	record.Active, record.Source = true, ""
	return record
}

// Load reads the policy in force from the register; none is no error.
func (b *Book) Load(ctx context.Context) error {
	return b.register.View(ctx, func(v *store.View) error {
		in := v.Policy()
		if in == nil {
			return nil
		}
		record, err := store.Policies.Get(v, in.GetName()+"/"+in.GetVersion())
		if err != nil {
			return err
		}
		loaded, err := makeEdition(record)
		if err != nil {
			return err
		}
		b.inForce.Store(loaded)
		return nil
	})
}

// Rules are the rules of a day.
func (b *Book) Rules(on day.Day) (casework.Rules, error) {
	in := b.inForce.Load()
	if in == nil {
		return casework.Rules{}, ErrNoPolicy
	}
	return in.on(on, b.Wording.Known), nil
}

// Today are the rules of today in the policy's time zone.
func (b *Book) Today() (casework.Rules, error) {
	in := b.inForce.Load()
	if in == nil {
		return casework.Rules{}, ErrNoPolicy
	}
	return in.on(day.Of(b.Now(), in.rules.Policy.Location), b.Wording.Known), nil
}

// Zone is where days begin; UTC while no policy is in force.
func (b *Book) Zone() *time.Location {
	if in := b.inForce.Load(); in != nil {
		return in.rules.Policy.Location
	}
	return time.UTC
}

// Hold runs fn while no policy is being put in force: an import while it writes
// and a run that begins must not be divided between two.
func (b *Book) Hold(fn func() error) error {
	b.holding.RLock()
	defer b.holding.RUnlock()
	return fn()
}

// Rehearse lets today be a day that is ahead of the clock, where the clock moves.
func (b *Book) Rehearse(on day.Day) {
	if in := b.inForce.Load(); in != nil {
		b.rehearse(on, in.rules.Policy.Location)
	}
}
