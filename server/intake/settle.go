package intake

import (
	"context"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// Settle assesses the homes that imported inspections speak of. The inspections
// are decided by then; killed in the middle, it is done at start.
func (i *Intake) Settle(ctx context.Context) error {
	var open unsettled
	err := i.office.View(ctx, func(v *store.View) (err error) {
		open, err = findUnsettled(v)
		return err
	})
	if err != nil || len(open.imports) == 0 {
		return err
	}
	err = i.office.Each(ctx, "unit.assess", slices.Sorted(maps.Keys(open.homes)), func(c casework.Change, reference string) error {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		state.AddInspections(unit, open.homes[reference])
		return home.Settle(c, unit)
	})
	if err != nil {
		return err
	}
	return i.office.Each(ctx, "import.settle", slices.Sorted(maps.Keys(open.imports)), func(c casework.Change, id string) error {
		done := proto.CloneOf(open.imports[id])
		done.Unsettled = false
		return store.Imports.Put(c.Tx, id, done)
	})
}

// unsettled are the imports whose homes are not assessed, and the inspections
// that they brought, by home.
type unsettled struct {
	imports map[string]*eilev1.ImportRecord
	homes   map[string][]*eilev1.Inspection
}

func findUnsettled(v *store.View) (unsettled, error) {
	open := unsettled{map[string]*eilev1.ImportRecord{}, map[string][]*eilev1.Inspection{}}
	for entry, err := range store.Imports.All(v, "", "") {
		if err != nil {
			return open, err
		}
		if entry.Record.GetUnsettled() && entry.Record.GetState() == eilev1.ImportState_IMPORT_STATE_DECIDED {
			open.imports[entry.ID] = entry.Record
		}
	}
	if len(open.imports) == 0 {
		return open, nil
	}
	for entry, err := range store.Inspections.All(v, "", "") {
		if err != nil {
			return open, err
		}
		if open.imports[entry.Record.GetImport()] != nil {
			open.homes[entry.Record.GetUnit()] = append(open.homes[entry.Record.GetUnit()], entry.Record)
		}
	}
	return open, nil
}
