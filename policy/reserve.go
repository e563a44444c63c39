package policy

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
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
	Entry
	Strict Strictness
	Share  Share
	who    *rule.Expression
}

// Share of the homes that carry no earmark: of Of lettings, Lettings go first to the group. Zero: there is none.
type Share struct{ Lettings, Of int }

func (r *Reserve) holds(household cel.Activation) bool { return r.who.Eval(household) == types.True }

// keyEarmarked is the reason that a home is kept for a group to which the household does not belong.
const keyEarmarked = "EARMARKED.reserve"

// notMember says why the household may not have a home that is kept for the group.
func (r *Reserve) notMember(p *Policy) *eilev1.Reason {
	reason := words.Reason("EARMARKED.reserve", words.Text("group", r.Code))
	reason.PolicySha256 = p.SHA256
	return reason
}

// writeEarmarked writes the reason of notMember with the title of the group; a language without one says nothing.
func (p *Policy) writeEarmarked(lang string, reason *eilev1.Reason) (string, bool) {
	for i := range p.Reserves {
		r := &p.Reserves[i]
		if title, titled := r.Title[lang]; r.Code == words.TextOf(reason.GetArgs(), "group") && (titled || lang == words.Default) {
			return words.Rules.Write(lang, keyEarmarked, append(slices.Clone(reason.GetArgs()), words.Text("title", title)))
		}
	}
	return "", false
}

// reserves compiles the groups in the order of the file.
func (c *compiler) reserves(raw []source.Reserve) []Reserve {
	var out []Reserve
	for i := range raw {
		r := &raw[i]
		if !isListName(r.Code.Text) || slices.ContainsFunc(out, func(o Reserve) bool { return o.Code == r.Code.Text }) {
			c.Add(r.Code.Position, "%q is no code of a reserve, or it stands twice", source.Clip(r.Code.Text))
		}
		out = append(out, Reserve{
			Entry:  entry(r.Code, r.Title),
			Strict: Strictness(choice(c.Faults, r.Strict, string(HardReserve), string(ReleasedReserve), string(SoftReserve))),
			Share:  share(c.Faults, r),
			who:    c.expression(r.Who, rule.ReachDate|rule.ReachHousehold, types.BoolType),
		})
	}
	return out
}

// share of a reserve. Shares need seats that are given out in an order of groups, which fill mode does not have.
func share(faults *source.Faults, raw *source.Reserve) Share {
	if raw.Share == nil {
		return Share{}
	}
	s := Share{Lettings: between(faults, raw.Share.Lettings, 1, 1000), Of: between(faults, raw.Share.Of, 1, 1000)}
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

// checkShares refuses shares that leave no sense together: more than all lettings, or a mode that does not know them.
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
