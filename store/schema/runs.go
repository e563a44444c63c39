package schema

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// Up to schema 1 the record of a run repeated the matches that could not become
// offers, which its batches keep one by one. It could outgrow a transaction.

// clearSkips takes them out of each run whose batches say the same.
func clearSkips(ctx context.Context, m *migration) error {
	var portions [][]string
	err := m.view(ctx, func(s *snapshot) (err error) {
		portions, err = runsWithSkips(s)
		return err
	})
	if err != nil {
		return err
	}
	for _, ids := range portions {
		err := m.change(ctx, ids[0], func(p *portion) error {
			for _, id := range ids {
				if err := amend(p, runs, id, func(run *eilev1.Run) { run.Skipped = nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("run %s and those after it: %w", ids[0], err)
		}
	}
	return nil
}

const (
	// runsPortion and runsBytes bound what one transaction writes of runs.
	runsPortion = kv.MaxOps / 2
	runsBytes   = kv.MaxTxBytes / 2
)

// runsWithSkips reads which runs have skips in their record, in portions for one
// transaction each.
func runsWithSkips(s *snapshot) (portions [][]string, err error) {
	size := 0
	for entry, err := range runs.all(s, "") {
		if err != nil {
			return nil, err
		}
		skipped := entry.record.GetSkipped()
		if len(skipped) == 0 {
			continue
		}
		if err := keptInBatches(s, entry.id, skipped); err != nil {
			return nil, err
		}
		entry.record.Skipped = nil
		weight := proto.Size(entry.record)
		if last := len(portions) - 1; last < 0 || len(portions[last]) == runsPortion || size+weight > runsBytes {
			portions, size = append(portions, nil), 0
		}
		portions[len(portions)-1] = append(portions[len(portions)-1], entry.id)
		size += weight
	}
	return portions, nil
}

// keptInBatches refuses to forget what nothing else keeps.
func keptInBatches(s *snapshot, run string, skipped []*eilev1.Run_Skip) error {
	var kept []*eilev1.Run_Skip
	for batch, err := range runBatches.all(s, run+"/") {
		if err != nil {
			return err
		}
		kept = append(kept, batch.record.GetSkipped()...)
	}
	if !slices.EqualFunc(skipped, kept, func(a, b *eilev1.Run_Skip) bool { return proto.Equal(a, b) }) {
		return fmt.Errorf("run %s: %w: its record names %d matches that became no offer, its batches name %d or others: restore a backup",
			run, kv.ErrCorrupt, len(skipped), len(kept))
	}
	return nil
}
