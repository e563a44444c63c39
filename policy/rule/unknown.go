package rule

import (
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Unknown returns the value with which a fact that is not known names itself; ids order the names.
// Variables have the numbers of their places, and what is no variable stands behind them: members
// from 1<<20, inspections from 1<<24, rows from 1<<26, what a standard of need lacks from 1<<28,
// the years of a calendar from 1<<29.
func Unknown(id int, name string) ref.Val {
	return types.NewUnknown(int64(id), types.NewAttributeTrail(name))
}

// Names returns the facts of which an unknown is made, each once, in the order of their ids.
func Names(u *types.Unknown) []string {
	if u == nil {
		return nil
	}
	ids := u.IDs()
	slices.Sort(ids)
	var names []string
	for _, id := range ids {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			if !slices.Contains(names, t.Variable()) {
				names = append(names, t.Variable())
			}
		}
	}
	return names
}
