package policy

import (
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var stringList = types.NewListType(types.StringType)

// builtins declares the variables that every policy has.
func (c *compiler) builtins() {
	p := c.p
	add := func(name string, kind *types.Type, from source, reach reach, app func(*scope) ref.Val) int {
		return p.declare(c.faults, position{}, slot{name: name, kind: kind, from: from, reach: reach, app: app})
	}
	add("on", dateType, fromDay, reachDate, func(s *scope) ref.Val { return &s.today })
	add("year", types.IntType, fromDay, reachDate, func(s *scope) ref.Val { return yearOf(&s.today) })
	p.membersSlot = add("members", types.NewListType(memberType), fromApplication, reachHousehold, memberList)
	persons := add("persons", types.IntType, fromApplication, reachHousehold, func(s *scope) ref.Val {
		if n := len(s.household()); n > 0 {
			return types.Int(n)
		}
		return nil
	})
	p.slots[persons].unset = p.slots[p.membersSlot].unset
	p.needSlot = add("need", types.IntType, fromNeed, reachHousehold, nil)
	registered := add("registered_on", dateType, fromApplication, reachHousehold, func(s *scope) ref.Val {
		if a, ok := s.registration(); ok {
			return &celDate{day: a.day}
		}
		return nil
	})
	p.slots[registered].unset = unknown(registered, "registered_at")
	add("districts", stringList, fromApplication, reachHousehold, func(s *scope) ref.Val {
		return types.NewStringList(types.DefaultTypeAdapter, s.app.GetDistricts())
	})
	add("grounds", stringList, fromApplication, reachHousehold, func(s *scope) ref.Val {
		return types.NewStringList(types.DefaultTypeAdapter, s.granted())
	})
	add("list", types.StringType, fromApplication, reachHousehold, func(s *scope) ref.Val { return types.String(s.list()) })
	add("transfer", types.StringType, fromApplication, reachHousehold, func(s *scope) ref.Val {
		return types.String(s.app.GetTransfer().GetReason())
	})
	c.unitFields()
}

// memberList answers the members of the day; a household of which nobody is known is unknown.
func memberList(s *scope) ref.Val {
	members := s.household()
	if len(members) == 0 {
		return nil
	}
	list := make([]ref.Val, len(members))
	for i := range members {
		list[i] = &members[i]
	}
	return types.NewRefValList(types.DefaultTypeAdapter, list)
}

// list answers the list of the application, or the default one.
func (s *scope) list() string {
	if l := s.app.GetList(); l != "" {
		return l
	}
	return s.p.defaultList
}

// granted answers the codes of the grounds that a decision granted and that count today.
func (s *scope) granted() []string {
	var codes []string
	for _, g := range s.app.GetGrounds() {
		if s.inEffect(g) && s.edition.grounds[g.GetCode()] {
			codes = append(codes, g.GetCode())
		}
	}
	return codes
}

// outOfTurn says whether the household stands before the ordinary order: by a granted ground, or by a transfer that the policy puts there.
func (s *scope) outOfTurn() bool {
	return len(s.granted()) > 0 || slices.Contains(s.p.transfers, s.app.GetTransfer().GetReason())
}

func (s *scope) inEffect(g *eilev1.Ground) bool {
	from, ok := dayOf(g.GetGrantedFrom())
	if !ok {
		return false
	}
	until, _ := dayOf(g.GetGrantedUntil())
	return span{from, until}.holds(&s.due)
}

func newScope(p *Policy) *scope {
	return &scope{p: p, vals: make([]ref.Val, len(p.slots))}
}

// arrival is when an application was registered. A date alone is a fact of old registers: no midnight is invented for it.
type arrival struct {
	// day is the local date in the policy's time zone.
	day day.Day
	// timed is false for a date alone.
	timed bool
	// micros is the instant in microseconds since 1970; 0 for a date alone.
	micros int64
}

// registration reads registered_at once.
func (s *scope) registration() (arrival, bool) {
	if !s.arrived {
		s.arrived = true
		s.arrival, s.arrivalOK = parseArrival(s.app.GetRegisteredAt(), s.p.location)
	}
	return s.arrival, s.arrivalOK
}
