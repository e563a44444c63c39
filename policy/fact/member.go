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

var memberType = types.NewObjectType("eile.member")

// member is one member of the day in CEL.
type member struct {
	*eilev1.Member
	// number counts from 1 in the household as it was given, so that a missing fact names its
	// owner.
	number int
	today  *rule.Date
}

// firstMemberName numbers the unknowns of members, memberNames of them for each.
const (
	firstMemberName = 1 << 20
	memberNames     = 200
)

// unknowns names a field of members: in advance for households of the usual size, because what is
// unset is read as often as what is set.
type unknowns struct {
	field int
	name  string
	usual [12]ref.Val
}

func newUnknowns(field int, name string) *unknowns {
	u := &unknowns{field: field, name: name}
	for i := range u.usual {
		u.usual[i] = u.of(i + 1)
	}
	return u
}

func (u *unknowns) of(number int) ref.Val {
	if i := number - 1; i < len(u.usual) && u.usual[i] != nil {
		return u.usual[i]
	}
	return rule.Unknown(firstMemberName+number*memberNames+u.field, fmt.Sprintf("members[%d].%s", number, u.name))
}

var relationNames = map[eilev1.Relation]types.String{
	eilev1.Relation_RELATION_SELF: "self", eilev1.Relation_RELATION_PARTNER: "partner", eilev1.Relation_RELATION_CHILD: "child",
	eilev1.Relation_RELATION_FOSTER_CHILD: "foster_child", eilev1.Relation_RELATION_PARENT: "parent", eilev1.Relation_RELATION_OTHER: "other",
}

var sexNames = map[eilev1.Sex]types.String{eilev1.Sex_SEX_FEMALE: "F", eilev1.Sex_SEX_MALE: "M", eilev1.Sex_SEX_X: "X"}

// memberStructure declares what expressions read of a member: relation, sex, number, age,
// birth_date and the declared attributes.
func memberStructure(declared []*Attribute) *rule.Structure {
	t := rule.NewStructure(memberType)
	unborn := newUnknowns(0, "birth_date")
	t.Field("relation", types.StringType, func(v any) ref.Val { return relationNames[v.(*member).GetRelation()] })
	t.Field("sex", types.StringType, func(v any) ref.Val { return sexNames[v.(*member).GetSex()] })
	t.Field("number", types.IntType, func(v any) ref.Val { return types.Int(v.(*member).number) })
	t.Field("birth_date", rule.DateType, func(v any) ref.Val {
		m := v.(*member)
		born, ok := day.Known(m.GetBirthDate())
		if !ok {
			return unborn.of(m.number)
		}
		return &rule.Date{Day: born}
	})
	t.Field("age", types.IntType, func(v any) ref.Val {
		m := v.(*member)
		born, ok := day.Known(m.GetBirthDate())
		if !ok {
			return unborn.of(m.number)
		}
		return rule.AgeOn(&rule.Date{Day: born}, m.today)
	})
	for i, a := range declared {
		unset := newUnknowns(i+1, a.Name)
		t.Field(a.Name, TypeOf(a.Type), func(v any) ref.Val {
			m := v.(*member)
			if val := a.read(m.GetAttributes(), m.today.Today); val != nil {
				return val
			}
			if a.Unclaimed != nil {
				return a.Unclaimed
			}
			return unset.of(m.number)
		})
	}
	return t
}

// ConvertToNative is not needed by any expression.
func (m *member) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("a member has no native form")
}

// ConvertToType returns the type of a member.
func (m *member) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return memberType
	}
	return types.NewErr("a member does not convert to %s", t.TypeName())
}

// Equal compares by identity.
func (m *member) Equal(other ref.Val) ref.Val {
	o, ok := other.(*member)
	return types.Bool(ok && m.Member == o.Member)
}

// Type is eile.member.
func (m *member) Type() ref.Type { return memberType }

// Value is the member itself.
func (m *member) Value() any { return m }
