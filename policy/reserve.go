package policy

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
)

// Strictness of a reserve.
type Strictness string

// What an earmark does: only the group; the group and then others; the group first.
const (
	HardReserve     Strictness = "hard"
	ReleasedReserve Strictness = "released"
	SoftReserve     Strictness = "soft"
)

// Reserve is a group that homes may be kept for.
type Reserve struct {
	source.Entry
	Strict Strictness
	Share  Share
	who    *rule.Expression
}

// Share of the homes that carry no earmark: of Of lettings, Lettings go first to the group. Zero:
// there is none.
type Share struct{ Lettings, Of int }

func (r *Reserve) holds(household cel.Activation) bool { return r.who.Eval(household) == types.True }

// reserves compiles the groups in the order of the file.
func (c *compiler) reserves(raw []source.Reserve) []Reserve {
	var out []Reserve
	for i := range raw {
		r := &raw[i]
		if !source.IsListName(r.Code.Text) || slices.ContainsFunc(out, func(o Reserve) bool { return o.Code == r.Code.Text }) {
			c.Add(r.Code.Position, "%q is no code of a reserve, or it stands twice", source.Clip(r.Code.Text))
		}
		c.voice.groups[r.Code.Text] = source.TitleOf(r.Title)
		out = append(out, Reserve{
			Entry:  source.EntryOf(r.Code, r.Title),
			Strict: Strictness(c.Choice(r.Strict, string(HardReserve), string(ReleasedReserve), string(SoftReserve))),
			Share:  share(c.Faults, r),
			who:    c.expression(r.Who, rule.ReachDate|rule.ReachHousehold, types.BoolType),
		})
	}
	return out
}

// share of a reserve. Shares need seats that are given out in an order of groups, which fill mode
// does not have.
func share(faults *source.Faults, raw *source.Reserve) Share {
	if raw.Share == nil {
		return Share{}
	}
	s := Share{Lettings: faults.Between(raw.Share.Lettings, 1, 1000), Of: faults.Between(raw.Share.Of, 1, 1000)}
	if s.Lettings > s.Of {
		faults.Add(raw.Share.Lettings.Position, "%d of %d lettings is more than all", s.Lettings, s.Of)
	}
	if raw.Strict.Text != string(SoftReserve) {
		faults.Add(raw.Code.Position, "a reserve with a share is soft: write strict: soft")
	}
	return s
}

// Modes of allocation.
const (
	choiceMode = "choice"
	fillMode   = "fill"
)

// checkShares refuses shares that leave no sense together: more than all lettings, or a mode that
// does not know them.
func checkShares(faults *source.Faults, raw []source.Reserve, reserves []Reserve, mode string) {
	sum := 0.0
	for i, r := range reserves {
		if r.Share.Of == 0 {
			continue
		}
		sum += float64(r.Share.Lettings) / float64(r.Share.Of)
		if mode == fillMode {
			faults.Add(raw[i].Code.Position, "shares need mode: choice")
		}
	}
	if sum > 1+1e-9 {
		faults.Add(source.Position{}, "the shares of the reserves are more than all lettings")
	}
}
