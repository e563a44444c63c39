package fact

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/need"
	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Reading is what a policy says of how a household is read.
type Reading struct {
	// Zone is where the days begin in which applications are registered.
	Zone *time.Location
	// DefaultList of an application that names none.
	DefaultList string
	// NeedStandard by which the need is counted; empty: a household needs 0, unless an expression
	// says otherwise.
	NeedStandard string
}

// household is one application as expressions read it on one day. What was computed is kept.
type household struct {
	*Reading
	app     *eilev1.Application
	today   *rule.Date
	grounds map[string]bool // those that count on the day

	members   []member
	counted   bool // members
	arrival   day.Moment
	arrived   bool // arrival was read
	arrivalOK bool
}

// present counts the members of the day, and notes when the next one is born, joins or leaves.
func (h *household) present() []member {
	if h.counted {
		return h.members
	}
	h.counted = true
	today := h.today.Today
	for i, m := range h.app.GetHousehold().GetMembers() {
		if d, ok := day.Known(m.GetJoinedOn()); ok && d > today.On {
			today.Note(d)
			continue
		}
		if d, ok := day.Known(m.GetLeftOn()); ok {
			if d <= today.On {
				continue
			}
			today.Note(d)
		}
		if d, ok := day.Known(m.GetBirthDate()); ok && d > today.On {
			today.Note(d)
			continue
		}
		h.members = append(h.members, member{m, i + 1, h.today})
	}
	return h.members
}

// memberList returns the members of the day; a household of which nobody is known is unknown.
func (h *household) memberList() ref.Val {
	members := h.present()
	if len(members) == 0 {
		return nil
	}
	list := make([]ref.Val, len(members))
	for i := range members {
		list[i] = &members[i]
	}
	return types.NewRefValList(types.DefaultTypeAdapter, list)
}

// list returns the list of the application, or the default one.
func (h *household) list() string {
	if l := h.app.GetList(); l != "" {
		return l
	}
	return h.DefaultList
}

// granted returns the codes of the grounds that a decision granted and that count today.
func (h *household) granted() []string {
	var codes []string
	for _, g := range h.app.GetGrounds() {
		if h.inEffect(g) && h.grounds[g.GetCode()] {
			codes = append(codes, g.GetCode())
		}
	}
	return codes
}

func (h *household) inEffect(g *eilev1.Ground) bool {
	from, ok := day.Known(g.GetGrantedFrom())
	if !ok {
		return false
	}
	until, _ := day.Known(g.GetGrantedUntil())
	return rule.Span{From: from, Until: until}.Holds(h.today.Today)
}

// registered reads registered_at once.
func (h *household) registered() (day.Moment, bool) {
	if !h.arrived {
		h.arrived = true
		h.arrival, h.arrivalOK = day.KeptMoment(h.app.GetRegisteredAt())
	}
	return h.arrival, h.arrivalOK
}

// need returns what the household needs under the standard; nil where nobody is known.
func (h *household) need() ref.Val {
	members := h.present()
	if h.NeedStandard == "" {
		return types.IntZero
	}
	if len(members) == 0 {
		return nil
	}
	list, on := h.app.GetHousehold().GetMembers(), h.today.Day
	count, err := need.Count(h.NeedStandard, list, on)
	var lacks *need.MissingError
	switch {
	case errors.As(err, &lacks):
		return missingOf(lacks)
	case err != nil:
		return types.WrapErr(err)
	}
	if next, ok := need.NextChange(h.NeedStandard, list, on); ok {
		h.today.Today.Note(next)
	}
	return types.Int(count)
}

// firstNeedName numbers what a standard of need lacks.
const firstNeedName = 1 << 28

// missingOf turns what the standard lacks, such as "member 3: birth date", into the names that
// policies use.
func missingOf(lacks *need.MissingError) ref.Val {
	var missing *types.Unknown
	for i, what := range lacks.Facts {
		name := strings.ReplaceAll(what, " ", "_")
		if owner, fact, ok := strings.Cut(what, ": "); ok {
			name = fmt.Sprintf("members[%s].%s", strings.TrimPrefix(owner, "member "), strings.ReplaceAll(fact, " ", "_"))
		}
		missing = types.MergeUnknowns(missing, rule.Unknown(firstNeedName+i, name).(*types.Unknown))
	}
	if missing == nil {
		return types.WrapErr(lacks)
	}
	return missing
}
