package rulebook

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// Wish is how a policy is to be activated.
type Wish struct {
	// Seed of the draw; empty: the one that the scheme had before, or a new one.
	Seed string
	// DryRun asks what it would change, and changes nothing.
	DryRun bool
}

// Activate puts a policy in force, or schedules one whose first day is to come.
// The policy that is in force already stays as it is, with its seed.
func (b *Book) Activate(ctx context.Context, stamp store.Stamp, candidate Candidate, wish Wish) (*eilev1.Policy, error) {
	if before, err := b.activatedBy(ctx, stamp); err != nil || before != nil {
		return before, err
	}
	a := activation{book: b, candidate: candidate, wish: wish, today: day.Of(b.Now(), candidate.policy.Location)}
	if err := a.over(); err != nil {
		return nil, err
	}
	b.holding.Lock()
	defer b.holding.Unlock()
	before := b.inForce.Load()
	if before.is(candidate.policy.Identity()) {
		return before.shown(), nil
	}
	next, err := a.prepare(ctx, before, stamp.Actor)
	if err != nil {
		return nil, err
	}
	from, _ := candidate.policy.InForce()
	if wish.DryRun {
		return effectOf(ctx, b, next, max(a.today, from))
	}
	ctx = context.WithoutCancel(ctx) // half of a switch would leave the service without rules
	if from > a.today {
		return schedule(ctx, b.register, stamp, next.record)
	}
	if err := b.switchTo(ctx, stamp, next, a.today); err != nil {
		return nil, err
	}
	return next.shown(), b.Settle(ctx)
}

// activatedBy returns the policy that the same request activated before; nil:
// the request is new.
func (b *Book) activatedBy(ctx context.Context, stamp store.Stamp) (*eilev1.Policy, error) {
	if stamp.RequestID == "" {
		return nil, nil
	}
	id, seen, err := b.register.Repeated(ctx, stamp)
	if err != nil || !seen {
		return nil, err
	}
	var record *eilev1.Policy
	err = b.register.View(ctx, func(v *store.View) error {
		record, err = store.Policies.Get(v, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	record.Active, record.Source = b.inForce.Load().is(record.GetPolicy()), ""
	return record, nil
}

// activation is one wish on its way.
type activation struct {
	book      *Book
	candidate Candidate
	wish      Wish
	today     day.Day // in the zone of the candidate
}

func (a activation) what() words.Phrase {
	return words.Say("what.activate_policy", words.Text("policy", a.candidate.policy.Name), words.Text("version", a.candidate.policy.Version))
}

// over refuses a policy whose last day is over.
func (a activation) over() error {
	from, until := a.candidate.policy.InForce()
	if until != 0 && a.today > until {
		return casework.Refuse(a.what(), words.Reason("NOT_IN_FORCE.over", words.Day("from", from), words.Day("until", until), words.Day("today", a.today)))
	}
	return nil
}

// prepare makes the next edition, unless something stands against it.
func (a activation) prepare(ctx context.Context, before *edition, actor string) (*edition, error) {
	record := a.candidate.record()
	record.ActivatedAt, record.ActivatedBy, record.Seed = timestamppb.New(a.book.Now()), actor, a.seed(before)
	var unfinished string
	err := a.book.register.View(ctx, func(v *store.View) error {
		nights, err := store.Nights(v)
		if err != nil {
			return err
		}
		unfinished = nights.GetUnfinished()
		return a.refuseReuse(v, record)
	})
	if err != nil {
		return nil, err
	}
	from, _ := a.candidate.policy.InForce()
	if unfinished != "" && !a.wish.DryRun && from <= a.today {
		return nil, casework.Refuse(a.what(), words.Reason("RUN_UNFINISHED", words.Text("run", unfinished)))
	}
	return makeEdition(record)
}

// seed of the draw: the one asked for, else the one that the scheme had before,
// so that a new version does not reshuffle those whom the rules leave equal.
func (a activation) seed(before *edition) string {
	switch {
	case a.wish.Seed != "":
		return a.wish.Seed
	case before != nil && before.record.GetName() == a.candidate.policy.Name:
		return before.record.GetSeed()
	}
	seed := make([]byte, 32)
	_, _ = rand.Read(seed) // never fails, see crypto/rand
	return hex.EncodeToString(seed)
}

// refuseReuse refuses another text under a name and version that decisions cite
// already. The same text keeps its seed.
func (a activation) refuseReuse(v *store.View, record *eilev1.Policy) error {
	former, known, err := store.Policies.Find(v, recordID(record))
	if err != nil || !known {
		return err
	}
	if former.GetPolicy().GetSha256() != record.GetPolicy().GetSha256() {
		return casework.Refuse(a.what(), words.Reason("VERSION_REUSED"))
	}
	record.Seed = former.GetSeed()
	return nil
}
