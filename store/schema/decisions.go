package schema

import (
	"context"
	"fmt"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Up to schema 2 no key led from the number of a decision to it.

// findByNumber writes these keys. The decisions themselves stay as they are.
func findByNumber(ctx context.Context, m *migration) error {
	var portions [][]entry[string]
	err := m.view(ctx, func(s *snapshot) error {
		for decision, err := range decisions.all(s, "") {
			if err != nil {
				return err
			}
			number := decision.record.GetNumber()
			if number == "" {
				continue
			}
			if last := len(portions) - 1; last < 0 || len(portions[last]) == numbersPortion {
				portions = append(portions, nil)
			}
			last := len(portions) - 1
			portions[last] = append(portions[last], entry[string]{decision.id, number})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, some := range portions {
		err := m.change(ctx, some[0].id, func(p *portion) error {
			for _, decision := range some {
				if err := p.tx.Put(layout.PairKey(layout.DecisionNumber, layout.Digest(decision.record), decision.id), nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("decision %s and those after it: %w", some[0].id, err)
		}
	}
	return nil
}

// numbersPortion bounds the keys that one transaction writes.
const numbersPortion = kv.MaxOps / 2
