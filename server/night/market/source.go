package market

import (
	"iter"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// source gives the engine the waiting households in legal order, without ever
// sorting the list and without reading an application that cannot matter:
// households of one pattern are alike for every home, and where all classes of
// a pattern are shut, its households are passed over unread.
type source struct {
	night  *Night
	homes  *homes
	groups []string           // that go first somewhere
	barred map[string][]int32 // classes that an application may not have
	housed map[string]bool    // by an earlier round
	err    error

	shut    []bool // by class
	suits   map[uint32]*pattern
	judged  map[string]verdict
	ordered map[wishes][]int32

	// What the engine read and what was passed over, for the record.
	read      []string
	ordinal   []int   // of each read household among all that wait
	patternOf []int32 // of each read household
	patterns  []*eilev1.RunRound_Pattern
	engaged   []string
}

// pattern is what households that are alike for every home have in common.
type pattern struct {
	index      int32   // among the patterns that were met
	classes    []int32 // that suit
	groups     []int32
	unsuitable []*eilev1.RunRound_Unsuitable
	dead       bool
}

// verdict is what the suitability rules say of all classes for a pattern,
// whatever the districts are.
type verdict []*eilev1.Reason // by class; nil: it suits

// wishes are a pattern with the districts wanted, in order.
type wishes struct {
	pattern   int32
	districts string
}

func newSource(night *Night, homes *homes) *source {
	s := &source{
		night: night, homes: homes, barred: map[string][]int32{}, shut: make([]bool, len(homes.classes)),
		suits: map[uint32]*pattern{}, judged: map[string]verdict{}, ordered: map[wishes][]int32{},
	}
	for i, c := range homes.classes {
		for _, application := range c.barred {
			s.barred[application] = append(s.barred[application], int32(i))
		}
	}
	for _, reserve := range night.policy().Reserves {
		if reserve.Strict == policy.SoftReserve {
			s.groups = append(s.groups, reserve.Code)
		}
	}
	return s
}

// market is the question to the engine.
func (s *source) market() allocation.Market {
	classes := make([]allocation.Class, len(s.homes.classes))
	for i, c := range s.homes.classes {
		classes[i] = allocation.Class{ID: c.id, Slots: c.slots()}
	}
	return allocation.Market{
		Mode: s.night.mode(), Classes: classes, Groups: s.groups, Households: s.households(), Keep: true,
		Shut: func(class int32) { s.shut[class] = true },
	}
}

// households yields the waiting in legal order, list after list in the order of
// the policy.
func (s *source) households() iter.Seq[allocation.Household] {
	return func(yield func(allocation.Household) bool) {
		ordinal := 0
		for _, list := range s.night.policy().Lists {
			for standing := range s.night.Waiting(list) {
				ordinal++
				household, of, ok := s.household(standing)
				if s.err != nil {
					return
				}
				if !ok {
					continue
				}
				s.read, s.ordinal, s.patternOf = append(s.read, standing.Reference), append(s.ordinal, ordinal), append(s.patternOf, of.index)
				if !yield(household) {
					return
				}
			}
		}
	}
}

// household is what the engine must know of one that waits; false where it
// cannot get a home tonight.
func (s *source) household(standing Standing) (allocation.Household, *pattern, bool) {
	if standing.OpenOffer {
		s.engaged = append(s.engaged, standing.Reference)
		return allocation.Household{}, nil, false
	}
	known := s.suits[standing.Pattern]
	if known != nil && s.isDead(known) || s.housed[standing.Reference] {
		return allocation.Household{}, nil, false
	}
	application, err := s.night.Application(standing.Reference)
	if err == nil && known == nil {
		known, err = s.learn(standing, application)
	}
	if err != nil {
		s.err = err
		return allocation.Household{}, nil, false
	}
	accepts := s.accepts(known, application.GetDistricts())
	if barred := s.barred[standing.Reference]; len(barred) > 0 {
		accepts = slices.DeleteFunc(slices.Clone(accepts), func(c int32) bool { return slices.Contains(barred, c) })
	}
	return allocation.Household{ID: s.night.Name(standing.Reference), Accepts: accepts, Groups: known.groups}, known, true
}

// learn asks the policy which classes suit a pattern, by the first household
// that has it.
func (s *source) learn(standing Standing, application *eilev1.Application) (*pattern, error) {
	suitability, err := s.night.Suitability(standing.Reference)
	if err != nil {
		return nil, err
	}
	p := &pattern{index: int32(len(s.patterns))}
	why := map[string]*eilev1.RunRound_Unsuitable{}
	for i, reason := range s.judge(application) {
		if reason == nil {
			reason = outside(s.night.policy(), s.homes.classes[i].sample, application.GetDistricts())
		}
		if reason == nil {
			p.classes = append(p.classes, int32(i))
			continue
		}
		key := said(reason)
		if why[key] == nil {
			why[key] = &eilev1.RunRound_Unsuitable{Reason: reason}
			p.unsuitable = append(p.unsuitable, why[key])
		}
		why[key].Classes = append(why[key].Classes, int32(i))
	}
	for _, group := range s.night.Rules.Groups(application, s.night.Today) {
		if at := slices.Index(s.groups, group); at >= 0 {
			p.groups = append(p.groups, int32(at))
		}
	}
	s.suits[standing.Pattern] = p
	s.patterns = append(s.patterns, &eilev1.RunRound_Pattern{Suitability: suitability, Unsuitable: p.unsuitable})
	return p, nil
}

// said tells reasons apart by what they say.
func said(reason *eilev1.Reason) string {
	// What was made a moment ago can be written.
	text, _ := proto.MarshalOptions{Deterministic: true}.Marshal(reason)
	return string(text)
}

// judge asks the rules once for all households that they cannot tell apart:
// where districts limit, these are of several patterns.
func (s *source) judge(application *eilev1.Application) verdict {
	limit := s.night.policy().Districts.Limit
	key := ""
	if limit {
		key = s.night.Rules.SuitabilityKey(application, s.night.Today)
		if known, ok := s.judged[key]; ok {
			return known
		}
	}
	found := make(verdict, len(s.homes.classes))
	for i, c := range s.homes.classes {
		if suits, why := s.night.Rules.Suitable(application, c.sample, s.night.Today); !suits {
			found[i] = why[0]
		}
	}
	if limit {
		s.judged[key] = found
	}
	return found
}

// isDead tells whether all homes of a pattern are gone. A pattern that no home
// suits is told once, by the first household that has it.
func (s *source) isDead(p *pattern) bool {
	if !p.dead {
		p.dead = !slices.ContainsFunc(p.classes, func(c int32) bool { return !s.shut[c] })
	}
	return p.dead
}

// accepts orders the classes of a pattern by the wishes of one household;
// households with the same wishes share the list.
func (s *source) accepts(p *pattern, districts []string) []int32 {
	if len(districts) == 0 {
		return p.classes
	}
	key := wishes{p.index, strings.Join(districts, "\x00")}
	accepts, known := s.ordered[key]
	if !known {
		accepts = s.homes.ranked(p.classes, districts)
		s.ordered[key] = accepts
	}
	return accepts
}
