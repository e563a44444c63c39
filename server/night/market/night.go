package market

import (
	"iter"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Night is what is asked: the homes that can be offered, who waits for them, and
// the rules of the day.
type Night struct {
	Rules *policy.Evaluator
	Today day.Day
	Homes []Home // by reference
	// Had is how many homes each share had in earlier nights, by code of the
	// reserve; "" are the others.
	Had map[string]int64

	// Waiting yields the households of a list in legal order.
	Waiting func(list string) iter.Seq[Standing]
	// Application reads a household, Suitability the digest of its pattern. They
	// are asked only for those who can matter.
	Application func(reference string) (*eilev1.Application, error)
	Suitability func(reference string) ([]byte, error)
	// Name is what the evidence calls an application.
	Name func(reference string) string
}

// Home that can be offered: vacant and fit.
type Home struct {
	Unit *eilev1.Unit
	// Barred are the applications that it is not offered to again.
	Barred []string
}

// Standing is one household on its list.
type Standing struct {
	Reference string
	// Pattern is the same for households that are alike for every home.
	Pattern uint32
	// OpenOffer tells that it stands on the list and gets no home.
	OpenOffer bool
}

func (n *Night) policy() *policy.Policy { return n.Rules.Policy() }

func (n *Night) mode() allocation.Mode { return allocation.Mode(n.policy().Mode) }
