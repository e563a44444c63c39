package policy

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/need"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var memberType = types.NewObjectType("eile.member")

// member is one member of the day in CEL.
type member struct {
	*eilev1.Member
	// number counts from 1 in the household as it was given, so that a missing fact names its owner.
	number int
	s      *scope
}

// firstMemberName numbers the unknowns of members behind those of slots.
const firstMemberName = 1 << 20

// firstNeedName numbers what a standard of need lacks, behind all else.
const firstNeedName = 1 << 28

// unknowns names a field of members: in advance for households of the usual size, because what is unset is read as often as what is set.
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
	return unknown(firstMemberName+number*maxMembers*2+u.field, fmt.Sprintf("members[%d].%s", number, u.name))
}

var relationNames = map[eilev1.Relation]types.String{
	eilev1.Relation_RELATION_SELF: "self", eilev1.Relation_RELATION_PARTNER: "partner", eilev1.Relation_RELATION_CHILD: "child",
	eilev1.Relation_RELATION_FOSTER_CHILD: "foster_child", eilev1.Relation_RELATION_PARENT: "parent", eilev1.Relation_RELATION_OTHER: "other",
}

var sexNames = map[eilev1.Sex]types.String{eilev1.Sex_SEX_FEMALE: "F", eilev1.Sex_SEX_MALE: "M", eilev1.Sex_SEX_X: "X"}

// memberStructure declares what expressions read of a member: relation, sex, number, age, birth_date and the declared attributes.
func memberStructure(facts []*fact) structure {
	t := structure{kind: memberType, fields: map[string]*types.FieldType{}}
	nameless := newUnknowns(0, "birth_date")
	t.field("relation", types.StringType, func(v any) ref.Val { return relationNames[v.(*member).GetRelation()] })
	t.field("sex", types.StringType, func(v any) ref.Val { return sexNames[v.(*member).GetSex()] })
	t.field("number", types.IntType, func(v any) ref.Val { return types.Int(v.(*member).number) })
	t.field("birth_date", dateType, func(v any) ref.Val {
		m := v.(*member)
		born, ok := m.born()
		if !ok {
			return nameless.of(m.number)
		}
		return &celDate{day: born}
	})
	t.field("age", types.IntType, func(v any) ref.Val {
		m := v.(*member)
		born, ok := m.born()
		if !ok {
			return nameless.of(m.number)
		}
		return ageOn(&celDate{day: born}, &m.s.today)
	})
	for i, f := range facts {
		unset := newUnknowns(i+1, f.Name)
		t.field(f.Name, kindOf(f.Type), func(v any) ref.Val {
			m := v.(*member)
			if val := f.read(m.GetAttributes(), m.s); val != nil {
				return val
			}
			if f.unclaimed != nil {
				return f.unclaimed
			}
			return unset.of(m.number)
		})
	}
	return t
}

func (m *member) born() (day.Day, bool) {
	return dayOf(m.GetBirthDate())
}

// household counts the members of the day, and notes when the next one is born, joins or leaves.
func (s *scope) household() []member {
	if s.known {
		return s.members
	}
	s.known = true
	for i, m := range s.app.GetHousehold().GetMembers() {
		if d, ok := dayOf(m.GetJoinedOn()); ok && d > s.due.on {
			s.due.note(d)
			continue
		}
		if d, ok := dayOf(m.GetLeftOn()); ok {
			if d <= s.due.on {
				continue
			}
			s.due.note(d)
		}
		if d, ok := dayOf(m.GetBirthDate()); ok && d > s.due.on {
			s.due.note(d)
			continue
		}
		s.members = append(s.members, member{m, i + 1, s})
	}
	return s.members
}

// need answers what the household needs under the policy's standard.
func (s *scope) need() ref.Val {
	if s.p.needExpr != nil {
		return s.p.needExpr.eval(s)
	}
	members := s.household()
	if s.p.needStandard == "" {
		return types.IntZero
	}
	if len(members) == 0 {
		return s.p.slots[s.p.membersSlot].unset
	}
	list := s.app.GetHousehold().GetMembers()
	var err error
	s.needs, err = need.Of(s.p.needStandard, list, s.due.on)
	var lacks *need.MissingError
	switch {
	case errors.As(err, &lacks):
		return missingOf(lacks)
	case err != nil:
		return types.WrapErr(err)
	}
	if next, ok := need.NextChange(s.p.needStandard, list, s.due.on); ok {
		s.due.note(next)
	}
	return types.Int(s.needs.Need)
}

// missingOf turns what the standard lacks, such as "member 3: birth date", into the names that policies use.
func missingOf(lacks *need.MissingError) ref.Val {
	var missing *types.Unknown
	for i, what := range lacks.Facts {
		name := strings.ReplaceAll(what, " ", "_")
		if owner, fact, ok := strings.Cut(what, ": "); ok {
			name = fmt.Sprintf("members[%s].%s", strings.TrimPrefix(owner, "member "), strings.ReplaceAll(fact, " ", "_"))
		}
		missing = types.MergeUnknowns(missing, unknown(firstNeedName+i, name).(*types.Unknown))
	}
	if missing == nil {
		return types.WrapErr(lacks)
	}
	return missing
}

// ConvertToNative is not needed by any expression.
func (m *member) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("a member has no native form")
}

// ConvertToType answers the type of a member.
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
