package fact

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/rule"
)

// DeclareHousehold declares an attribute of applications as a variable. The error says what has the
// name already.
func (v *Vocabulary) DeclareHousehold(a *Attribute) error {
	addRows(v, a)
	_, err := v.declare(a.Name, a.CEL(), rule.ReachHousehold, origin{what: anAttribute, unset: a.Unclaimed, household: func(h *household) ref.Val {
		return a.read(h.app.GetAttributes(), h.today.Today)
	}})
	return err
}

// DeclareHome declares an attribute of homes as a variable, unit.NAME. The error says what has the
// name already.
func (v *Vocabulary) DeclareHome(a *Attribute) error {
	addRows(v, a)
	_, err := v.declare("unit."+a.Name, a.CEL(), rule.ReachHome, origin{what: anAttribute, unset: a.Unclaimed, home: func(h *home) ref.Val {
		return a.read(h.unit.GetAttributes(), h.today)
	}})
	return err
}

// DeclareMembers declares the attributes of members, which are fields of the elements of members.
func (v *Vocabulary) DeclareMembers(list []*Attribute) {
	v.members = memberStructure(list)
	v.structures = append(v.structures, v.members)
}

// DeclareInspections declares the attributes of inspections: fields of the elements of inspections,
// and variables for what was found. The errors say what has a name already.
func (v *Vocabulary) DeclareInspections(list []*Attribute) (taken []error) {
	for _, a := range list {
		addRows(v, a)
	}
	v.structures = append(v.structures, inspectionStructure(list))
	return ofInspections(v, list)
}

// addRows makes the struct of the rows of an attribute known.
func addRows(v *Vocabulary, a *Attribute) {
	if a.Layout != nil {
		v.structures = append(v.structures, a.Layout.Structure)
	}
}

// DeclareParameter declares a figure of the rules. The error says what has the name already.
func (v *Vocabulary) DeclareParameter(name string, kind *types.Type) (variable int, err error) {
	return v.declare(name, kind, rule.ReachDate, origin{what: aParameter})
}

// DeclareValue declares a named expression, which is to be given by Compute. Its reach is known
// when it is compiled. The error says what has the name already.
func (v *Vocabulary) DeclareValue(name string, kind *types.Type, reach rule.Reach) (variable int, err error) {
	return v.declare(name, kind, reach, origin{what: aValue})
}
