package fact

import (
	"errors"
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var inspectionType = types.NewObjectType("eile.inspection")

// inspection is one inspection of a home in CEL.
type inspection struct {
	*eilev1.Inspection
	number int // from the newest, which is 1
	today  *rule.Today
}

// firstInspectionName numbers the unknowns of inspections, inspectionNames of them for each.
const (
	firstInspectionName = 1 << 24
	inspectionNames     = 2 * MaxAttributes
)

func (i *inspection) unknown(field int, name string) ref.Val {
	return rule.Unknown(firstInspectionName+i.number*inspectionNames+field, fmt.Sprintf("inspections[%d].%s", i.number, name))
}

// inspectionStructure declares what expressions read of an inspection: inspected_on, score, hazards
// and the declared attributes.
func inspectionStructure(declared []*Attribute) *rule.Structure {
	t := rule.NewStructure(inspectionType)
	t.Field("inspected_on", rule.DateType, func(v any) ref.Val {
		i := v.(*inspection)
		if on := inspectedOn(i.Inspection); on != nil {
			return on
		}
		return i.unknown(0, "inspected_on")
	})
	t.Field("score", types.IntType, func(v any) ref.Val {
		i := v.(*inspection)
		if n := whole(i.Score); n != nil {
			return n
		}
		return i.unknown(1, "score")
	})
	t.Field("hazards", stringList, func(v any) ref.Val { return hazards(v.(*inspection).Inspection) })
	for n, a := range declared {
		t.Field(a.Name, a.CEL(), func(v any) ref.Val {
			i := v.(*inspection)
			if val := a.read(i.GetAttributes(), i.today); val != nil {
				return val
			}
			if a.Unclaimed != nil {
				return a.Unclaimed
			}
			return i.unknown(n+2, a.Name)
		})
	}
	return t
}

func inspectedOn(i *eilev1.Inspection) ref.Val {
	d, ok := day.Known(i.GetInspectedOn())
	if !ok {
		return nil
	}
	return &rule.Date{Day: d}
}

func hazards(i *eilev1.Inspection) ref.Val {
	return types.NewStringList(types.DefaultTypeAdapter, i.GetHazards())
}

// ConvertToNative is not needed by any expression.
func (i *inspection) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("an inspection has no native form")
}

// ConvertToType returns the type of an inspection.
func (i *inspection) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return inspectionType
	}
	return types.NewErr("an inspection does not convert to %s", t.TypeName())
}

// Equal compares by identity.
func (i *inspection) Equal(other ref.Val) ref.Val {
	o, ok := other.(*inspection)
	return types.Bool(ok && i.Inspection == o.Inspection)
}

// Type is eile.inspection.
func (i *inspection) Type() ref.Type { return inspectionType }

// Value is the inspection itself.
func (i *inspection) Value() any { return i }
