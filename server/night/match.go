package night

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// match prepares, solves, keeps the evidence, and decides with one small write.
func (r *runs) match(ctx context.Context, run *eilev1.Run, rules casework.Rules) error {
	if err := prepare.Supported(rules.Policy); err != nil {
		return err
	}
	id := run.GetId()
	if err := prepare.Day(ctx, r.register, rules, func(action string) store.Stamp { return r.stamp(action, id) }); err != nil {
		return err
	}
	found, solved, err := r.solve(ctx, run, rules)
	if err != nil {
		return err
	}
	keep := func(fn func(*store.Tx) error) error {
		return r.update(ctx, "run.evidence", id, rules, func(c casework.Change) error { return fn(c.Tx) })
	}
	kept, err := r.keep(keep, id, solved)
	if err != nil {
		return err
	}
	found.InstanceSha256, found.OutcomeSha256, found.MaxSize = kept.InstanceSHA256, kept.OutcomeSHA256, int32(kept.MaxSize)
	return r.update(ctx, "run.match", id, rules, func(c casework.Change) error { return putMatched(c, id, found) })
}

// solve lets the engine match the register as it is at one revision, and answers
// the fields that this gives the run.
func (r *runs) solve(ctx context.Context, run *eilev1.Run, rules casework.Rules) (found *eilev1.Run, solved *market.Result, err error) {
	err = r.register.Freeze(ctx, func(v *store.View, frozen living.Frozen) error {
		tonight, stock, err := prepare.Market(v, frozen, rules, pseudonym(r.key, run.GetId()))
		if err != nil {
			return err
		}
		if solved, err = market.Solve(tonight); err != nil {
			return err
		}
		found = &eilev1.Run{
			Revision: v.Revision(), Vacancies: int32(solved.Homes), Unassessed: int32(stock.Unassessed), Flagged: int32(stock.Flagged),
			Matched: int32(len(solved.Matches)), Rounds: int32(len(solved.Rounds)), Read: int32(solved.Read), Shares: solved.Shares,
		}
		found.Expired, found.Rechecked, err = prepare.Counted(v, run)
		return err
	})
	return found, solved, err
}

// putMatched decides that a run has matched, with what it found.
func putMatched(c casework.Change, id string, found *eilev1.Run) error {
	run, err := store.Runs.Get(c.Tx, id)
	if err != nil || run.GetState() != preparing {
		return err
	}
	proto.Merge(run, found)
	// A run that was begun under another policy is one of this.
	run.Policy, run.Seed = c.Rules.Policy.Identity(), c.Rules.Seed
	run.MatchedAt = timestamppb.New(c.Tx.Now())
	if err := move(c.Tx, run, matchRun); err != nil {
		return err
	}
	return c.Tx.PutRun(run, c.Rules.Today.String())
}

// pseudonym names applications in the evidence of one run: without the key
// nobody can tell who is meant, nor link two runs.
func pseudonym(key []byte, run string) func(string) string {
	return func(reference string) string {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "pseudonym\x00%s\x00%s", run, reference)
		return "h" + hex.EncodeToString(mac.Sum(nil)[:10])
	}
}
