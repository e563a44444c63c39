package intake

import (
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/store"
)

// application checks one row of a file of applications.
func (c *checker) application(row table.ApplicationRow) error {
	if row.Application.GetList() == "" {
		row.Application.List = c.rules.Policy.DefaultList
	}
	members := form.Members(row.Application, c.now, c.rules.Policy.Location)
	for _, fault := range members {
		if err := c.fault(row.Line, column(fault.Field), fault.Reason); err != nil {
			return err
		}
	}
	found := c.rules.Policy.Validate(row.Application)
	var person proto.Message
	if row.Person != nil {
		person = row.Person
		found = append(found, c.rules.Policy.ValidatePerson(row.Person, form.Applicant(row.Application))...)
	}
	if faults, err := c.against(row.Line, found); err != nil || faults+len(members) > 0 {
		return err
	}
	former, known, err := store.Applications.Find(c.view, row.Application.GetReference())
	if err != nil {
		return err
	}
	digest := table.Digest(row.Application, row.Person)
	packed, err := pack(row.Application.GetReference(), digest, row.Application, person)
	if err != nil {
		return err
	}
	return c.keep(row.Line, packed, known, former.GetImportDigest())
}

// unit checks one row of a file of homes.
func (c *checker) unit(row table.UnitRow) error {
	if faults, err := c.against(row.Line, c.rules.Policy.ValidateUnit(row.Unit)); err != nil || faults > 0 {
		return err
	}
	former, known, err := store.Units.Find(c.view, row.Unit.GetReference())
	if err != nil {
		return err
	}
	packed, err := pack(row.Unit.GetReference(), table.UnitDigest(row.Unit), row.Unit, nil)
	if err != nil {
		return err
	}
	return c.keep(row.Line, packed, known, former.GetImportDigest())
}

// inspection checks one row of a file of inspections; inFile holds the lines of
// those before it.
func (c *checker) inspection(row table.InspectionRow, inFile map[string]int) error {
	inspection := row.Inspection
	if faults, err := c.against(row.Line, c.rules.Policy.ValidateInspection(inspection)); err != nil || faults > 0 {
		return err
	}
	if _, known, err := store.Units.Find(c.view, inspection.GetUnit()); err != nil {
		return err
	} else if !known {
		return c.fault(row.Line, "unit", words.Reason("NO_SUCH_UNIT", words.Text("unit", inspection.GetUnit())))
	}
	id, earlier, err := inspectionIDs(inspection)
	if err != nil {
		return err
	}
	if first, twice := inFile[id]; twice {
		return c.fault(row.Line, "", words.Reason("ROW_TWICE", words.Number("line", first)))
	}
	inFile[id] = row.Line
	for _, kept := range []string{id, earlier} {
		if _, known, err := store.Inspections.Find(c.view, kept); err != nil {
			return err
		} else if known {
			c.unchanged = append(c.unchanged, kept)
			return nil
		}
	}
	packed, err := pack(id, table.InspectionDigest(inspection), inspection, nil)
	if err != nil {
		return err
	}
	return c.keep(row.Line, packed, false, nil)
}
