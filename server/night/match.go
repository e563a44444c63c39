package night

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// Names of the files that a run keeps. The first two are for auditors and hold
// pseudonyms; the last says who they are and stays in the register.
const (
	instanceFile = "instance.json"
	outcomeFile  = "outcome.json"
	matchesFile  = "matches"
)

// solved is what the engine made of the register at one revision.
type solved struct {
	run     *eilev1.Run // the fields that matching sets
	matches []*eilev1.Run_Match
	files   map[string][]byte
}

// match prepares, solves, keeps the evidence, and decides with one small write.
func (n *Night) match(ctx context.Context, run *eilev1.Run, rules casework.Rules) error {
	if err := n.prepare(ctx, run.GetId(), rules); err != nil {
		return err
	}
	var found *solved
	err := n.register.Freeze(ctx, func(v *store.View, frozen store.Frozen) error {
		var err error
		found, err = n.solve(v, frozen, run, rules, nil)
		if err != nil {
			return err
		}
		found.run.Expired, found.run.Rechecked, err = counted(v, run)
		return err
	})
	if err != nil {
		return err
	}
	if err := n.keep(ctx, run.GetId(), found.files); err != nil {
		return err
	}
	_, _, err = n.register.Update(ctx, n.stamp("run.match", run.GetId()), func(tx *store.Tx) error {
		stored, err := store.Runs.Get(tx, run.GetId())
		if err != nil || stored.GetState() != preparing {
			return err
		}
		proto.Merge(stored, found.run)
		stored.State, stored.MatchedAt = matched, timestamppb.New(tx.Now())
		tx.Subject(run.GetId())
		tx.Status(stateName(preparing), stateName(matched))
		return tx.PutRun(stored, rules.Today.String())
	})
	return err
}

// DryRun answers what the run of a day would do, and changes nothing.
func (n *Night) DryRun(ctx context.Context, rules casework.Rules, seed string) (*eilev1.Run, error) {
	found, err := n.findDue(ctx, rules)
	if err != nil {
		return nil, err
	}
	run := &eilev1.Run{
		Id: "dry-" + rules.Today.String(), On: rules.Today.Proto(), Policy: rules.Policy.Identity(), Seed: seed,
	}
	err = n.register.Freeze(ctx, func(v *store.View, frozen store.Frozen) error {
		rehearsed, err := n.rehearse(v, rules, found)
		if err != nil {
			return err
		}
		result, err := n.solve(v, frozen, run, rules, rehearsed)
		if err != nil {
			return err
		}
		proto.Merge(run, result.run)
		run.Matches = result.matches
		run.Expired, run.Rechecked = rehearsed.expired, rehearsed.rechecked
		return nil
	})
	run.State = dryRun
	return run, err
}

// solve lets the engine match the register as it is in the view.
func (n *Night) solve(v *store.View, frozen store.Frozen, run *eilev1.Run, rules casework.Rules, over *overlay) (*solved, error) {
	homes, err := readHomes(v, frozen, rules, over)
	if err != nil {
		return nil, err
	}
	source := newSource(v, frozen, rules, over, homes, n.pseudonym(run.GetId()))
	result, err := allocation.Run(source.market())
	if err != nil {
		return nil, err
	}
	if source.err != nil {
		return nil, source.err
	}
	outcome := result.Outcome()
	instance, answer := result.Instance.Marshal(), outcome.Marshal()
	matches := source.assign(result.Seats)
	kept, err := proto.Marshal(&eilev1.RunMatches{Matches: matches, Classes: homes.kept(), Read: source.read})
	if err != nil {
		return nil, err
	}
	return &solved{
		matches: matches,
		files:   map[string][]byte{instanceFile: instance, outcomeFile: answer, matchesFile: kept},
		run: &eilev1.Run{
			Revision: v.Revision(), InstanceSha256: digest(instance), OutcomeSha256: digest(answer),
			Vacancies: int32(homes.count), Unassessed: int32(homes.unassessed), Flagged: int32(homes.flagged),
			Matched: int32(len(matches)), MaxSize: int32(outcome.MaxSize), Read: int32(result.Read),
		},
	}, nil
}

func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

func stateName(state eilev1.RunState) string { return strings.TrimPrefix(state.String(), "RUN_STATE_") }

// keep writes the files of a run in pieces. Done again, it overwrites them.
func (n *Night) keep(ctx context.Context, run string, files map[string][]byte) error {
	for _, name := range []string{instanceFile, outcomeFile, matchesFile} {
		pieces := store.EvidencePieces(files[name])
		for number, piece := range pieces {
			_, _, err := n.register.Update(ctx, n.stamp("run.evidence", run), func(tx *store.Tx) error {
				return tx.PutEvidence(run, name, number, piece, number == len(pieces)-1)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
