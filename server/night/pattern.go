package night

import (
	"slices"
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

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

// known is the pattern that a household has; nil: none of its households was met.
// Its number need not have been met: an overlay gives numbers of its own.
func (s *source) known(number uint32, reference string) (*pattern, []byte, error) {
	if p := s.suits[number]; p != nil {
		return p, nil, nil
	}
	suitability, err := s.over.suitability(s.v, reference)
	if err != nil {
		return nil, nil, err
	}
	p := s.met[string(suitability)]
	if p != nil {
		s.suits[number] = p
	}
	return p, suitability, nil
}

// learn asks the policy which classes suit a pattern, by one of its households.
func (s *source) learn(number uint32, suitability []byte, application *eilev1.Application) *pattern {
	p := &pattern{index: int32(len(s.patterns))}
	why := map[string]*eilev1.RunRound_Unsuitable{}
	for i, reason := range s.judge(application) {
		if reason == nil {
			reason = outside(s.rules.Policy, s.homes.classes[i].sample, application.GetDistricts())
		}
		if reason == nil {
			p.classes = append(p.classes, int32(i))
			continue
		}
		key := reason.GetCode() + "\x00" + reason.GetDetail()
		if why[key] == nil {
			why[key] = &eilev1.RunRound_Unsuitable{Reason: reason}
			p.unsuitable = append(p.unsuitable, why[key])
		}
		why[key].Classes = append(why[key].Classes, int32(i))
	}
	for _, group := range s.rules.Evaluator.Groups(application, s.rules.Today) {
		if at := slices.Index(s.groups, group); at >= 0 {
			p.groups = append(p.groups, int32(at))
		}
	}
	s.suits[number], s.met[string(suitability)] = p, p
	s.patterns = append(s.patterns, &eilev1.RunRound_Pattern{Suitability: suitability, Unsuitable: p.unsuitable})
	return p
}

// judge asks the rules once for all households that they cannot tell apart:
// where districts limit, these are of several patterns.
func (s *source) judge(application *eilev1.Application) verdict {
	key := ""
	if s.rules.Policy.Districts().Limit {
		key = s.rules.Evaluator.SuitabilityKey(application, s.rules.Today)
		if known, ok := s.judged[key]; ok {
			return known
		}
	}
	found := make(verdict, len(s.homes.classes))
	for i, c := range s.homes.classes {
		if suits, why := s.rules.Evaluator.Suitable(application, c.sample, s.rules.Today); !suits {
			found[i] = why[0]
		}
	}
	if s.rules.Policy.Districts().Limit {
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

// wishes are a pattern with the districts wanted, in order.
type wishes struct {
	pattern   int32
	districts string
}
