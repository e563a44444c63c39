package night

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// matchesFile says whom a run matched with what. The other files are per round.
const matchesFile = "matches"

// fileOf names a file of a round: the second has a number before its ending.
func fileOf(name, ending string, round int) string {
	if round == 0 {
		return name + ending
	}
	return fmt.Sprintf("%s.%d%s", name, round+1, ending)
}

func instanceFile(round int) string { return fileOf("instance", ".json", round) }
func outcomeFile(round int) string  { return fileOf("outcome", ".json", round) }
func roundFile(round int) string    { return fileOf("round", "", round) }

// solved is what the engine made of the register at one revision.
type solved struct {
	run     *eilev1.Run // the fields that matching sets
	matches []*eilev1.Run_Match
	rounds  []*round
}

// round is one market and what came of it.
type round struct {
	source   *source
	instance allocation.Instance
	seats    []seat
}

// match prepares, solves, keeps the evidence, and decides with one small write.
func (n *Night) match(ctx context.Context, run *eilev1.Run, rules casework.Rules) error {
	if err := unsupported(rules.Policy); err != nil {
		return err
	}
	if err := n.prepare(ctx, run.GetId(), rules); err != nil {
		return err
	}
	var found *solved
	err := n.register.Freeze(ctx, func(v *store.View, frozen living.Frozen) error {
		err := under(v.Policy(), rules)
		if err != nil {
			return err
		}
		if found, err = n.solve(v, frozen, run.GetId(), rules, nil); err != nil {
			return err
		}
		found.run.Expired, found.run.Rechecked, err = counted(v, run)
		return err
	})
	if err != nil {
		return err
	}
	if err := n.keep(ctx, run.GetId(), rules, found); err != nil {
		return err
	}
	return n.update(ctx, "run.match", run.GetId(), rules, func(c casework.Change) error {
		tx := c.Tx
		stored, err := store.Runs.Get(tx, run.GetId())
		if err != nil || stored.GetState() != preparing {
			return err
		}
		proto.Merge(stored, found.run)
		// A run that was begun under another policy is one of this.
		stored.Policy, stored.Seed = rules.Policy.Identity(), rules.Seed
		stored.State, stored.MatchedAt = matched, timestamppb.New(tx.Now())
		tx.Subject(run.GetId())
		tx.Status(stateName(preparing), stateName(matched))
		return tx.PutRun(stored, rules.Today.String())
	})
}

// solve lets the engine match the register as it is in the view.
func (n *Night) solve(v *store.View, frozen living.Frozen, run string, rules casework.Rules, over *overlay) (*solved, error) {
	homes, err := readHomes(v, frozen, rules, over)
	if err != nil {
		return nil, err
	}
	nights, err := store.Nights(v)
	if err != nil {
		return nil, err
	}
	homes.share(rules.Policy, nights.GetLettings())
	first := &round{source: newSource(v, frozen, rules, over, homes, n.pseudonym(run))}
	if err := first.play(); err != nil {
		return nil, err
	}
	result := &solved{rounds: []*round{first}}
	if rest := homes.left(first.seats); rest.count > 0 {
		second := &round{source: newSource(v, frozen, rules, over, rest, n.pseudonym(run))}
		second.source.housed = first.housed()
		if err := second.play(); err != nil {
			return nil, err
		}
		result.rounds = append(result.rounds, second)
	}
	result.merge()
	result.run = &eilev1.Run{
		Revision: v.Revision(), Vacancies: int32(homes.count), Unassessed: int32(homes.unassessed), Flagged: int32(homes.flagged),
		Matched: int32(len(result.matches)), Rounds: int32(len(result.rounds)), Shares: first.shares(),
	}
	for _, r := range result.rounds {
		result.run.Read = max(result.run.Read, int32(len(r.source.read)))
	}
	return result, nil
}

// play lets the engine play one round.
func (r *round) play() error {
	result, err := allocation.Run(r.source.market())
	if err = errors.Join(err, r.source.err); err != nil {
		return err
	}
	r.instance, r.seats = result.Instance, result.Seats
	return nil
}

// housed names the applications that a round gave a home.
func (r *round) housed() map[string]bool {
	housed := make(map[string]bool, len(r.seats))
	for _, s := range r.seats {
		housed[r.source.read[s.Household]] = true
	}
	return housed
}

// merge gives the homes of each class, in order of reference, to its households
// in legal order, and puts the matches of all rounds in legal order.
func (s *solved) merge() {
	type placed struct {
		ordinal int
		match   *eilev1.Run_Match
	}
	var all []placed
	for number, r := range s.rounds {
		given := make([]int, len(r.source.homes.classes))
		for _, seat := range r.seats {
			all = append(all, placed{r.source.ordinal[seat.Household], &eilev1.Run_Match{
				Application: r.source.read[seat.Household], Unit: r.source.homes.classes[seat.Class].units[given[seat.Class]], Released: number > 0,
			}})
			given[seat.Class]++
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return a.ordinal - b.ordinal })
	for _, p := range all {
		s.matches = append(s.matches, p.match)
	}
}

// record is what the register keeps of a round beside its instance.
func (r *round) record() *eilev1.RunRound {
	kept := &eilev1.RunRound{
		Read: r.source.read, Pattern: r.source.patternOf, Patterns: r.source.patterns, Engaged: r.source.engaged, Lists: r.source.rules.Policy.Lists(),
	}
	for _, c := range r.source.homes.classes {
		kept.Classes = append(kept.Classes, &eilev1.RunRound_Class{Units: c.units, Barred: c.barred})
	}
	for _, s := range r.seats {
		kept.Seats = append(kept.Seats, &eilev1.RunRound_Seat{Household: s.Household, Class: s.Class, Slot: s.Slot})
	}
	return kept
}

// keep writes the files of a run and notes their hashes. The outcome is hashed as
// it would be written, while the instance is kept.
func (n *Night) keep(ctx context.Context, run string, rules casework.Rules, found *solved) error {
	instance := sha256.New()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(found.certify)
	group.Go(func() error {
		for number, r := range found.rounds {
			err := n.keepFile(ctx, run, instanceFile(number), rules, func(w io.Writer) error {
				_, err := r.instance.WriteTo(io.MultiWriter(instance, w))
				return err
			})
			if err == nil {
				err = n.keepRecord(ctx, run, roundFile(number), rules, r.record())
			}
			if err != nil {
				return err
			}
		}
		return n.keepRecord(ctx, run, matchesFile, rules, &eilev1.RunMatches{Matches: found.matches})
	})
	err := group.Wait()
	found.run.InstanceSha256 = digest(instance)
	return err
}

func (n *Night) keepRecord(ctx context.Context, run, file string, rules casework.Rules, record proto.Message) error {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(record)
	if err != nil {
		return err
	}
	return n.keepFile(ctx, run, file, rules, func(w io.Writer) error {
		_, err := w.Write(bytes)
		return err
	})
}

// digestInstance notes the hash of the instances, for a dry run, which does not
// keep them.
func (s *solved) digestInstance() error {
	sum := sha256.New()
	for _, r := range s.rounds {
		if _, err := r.instance.WriteTo(sum); err != nil {
			return err
		}
	}
	s.run.InstanceSha256 = digest(sum)
	return nil
}

// certify notes the hash of the outcomes, which are not kept, and what they say
// in sum.
func (s *solved) certify() error {
	sum := sha256.New()
	for _, r := range s.rounds {
		outcome := allocation.Certify(r.instance, r.seats)
		s.run.MaxSize += int32(outcome.MaxSize)
		if _, err := outcome.WriteTo(sum); err != nil {
			return err
		}
	}
	s.run.OutcomeSha256 = digest(sum)
	return nil
}

func digest(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }
