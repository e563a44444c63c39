package night

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/waitlist"
)

// seat is a household that gets a home of a class.
type seat = allocation.Seat

// source gives the engine the waiting households in legal order, without ever
// sorting the list and without decoding an application that cannot matter:
// households of one pattern are alike for every home, and where all classes of
// a pattern are shut, its households are passed over unread.
type source struct {
	v      *store.View
	frozen living.Frozen
	rules  casework.Rules
	over   *overlay
	homes  *homes
	pseudo func(string) string
	groups []string           // that go first somewhere
	barred map[string][]int32 // classes that an application may not have
	housed map[string]bool    // by an earlier round
	err    error

	shut    []bool // by class
	suits   map[uint32]*pattern
	met     map[string]*pattern // by suitability
	judged  map[string]verdict
	ordered map[wishes][]int32

	// What the engine read and what was passed over, for the record.
	read      []string
	ordinal   []int   // of each read household among all that wait
	patternOf []int32 // of each read household
	patterns  []*eilev1.RunRound_Pattern
	engaged   []string
}

func newSource(v *store.View, frozen living.Frozen, rules casework.Rules, over *overlay, homes *homes, pseudo func(string) string) *source {
	s := &source{
		v: v, frozen: frozen, rules: rules, over: over, homes: homes, pseudo: pseudo, barred: map[string][]int32{},
		shut: make([]bool, len(homes.classes)), suits: map[uint32]*pattern{}, met: map[string]*pattern{}, judged: map[string]verdict{}, ordered: map[wishes][]int32{},
	}
	for i, c := range homes.classes {
		for _, application := range c.barred {
			s.barred[application] = append(s.barred[application], int32(i))
		}
	}
	for _, reserve := range rules.Policy.Reserves() {
		if reserve.Strict == policy.SoftReserve {
			s.groups = append(s.groups, reserve.Code)
		}
	}
	return s
}

// market is the night's question.
func (s *source) market() allocation.Market {
	classes := make([]allocation.Class, len(s.homes.classes))
	for i, c := range s.homes.classes {
		classes[i] = allocation.Class{ID: c.id, Slots: c.slots()}
	}
	return allocation.Market{
		Mode: allocation.Mode(s.rules.Policy.Mode()), Classes: classes, Groups: s.groups, Households: s.households(), Keep: true,
		Shut: func(class int32) { s.shut[class] = true },
	}
}

// households yields the waiting in legal order, list after list in the order of
// the policy.
func (s *source) households() iter.Seq[allocation.Household] {
	return func(yield func(allocation.Household) bool) {
		ordinal := 0
		for _, list := range s.rules.Policy.Lists() {
			for reference, mark := range s.waiting(list) {
				ordinal++
				household, of, ok := s.household(reference, mark)
				if s.err != nil {
					return
				}
				if !ok {
					continue
				}
				s.read, s.ordinal, s.patternOf = append(s.read, reference), append(s.ordinal, ordinal), append(s.patternOf, of.index)
				if !yield(household) {
					return
				}
			}
		}
	}
}

// household is what the engine must know of one that waits; false where it
// cannot get a home tonight.
func (s *source) household(reference string, mark living.Mark) (allocation.Household, *pattern, bool) {
	if mark.OpenOffer {
		s.engaged = append(s.engaged, reference)
		return allocation.Household{}, nil, false
	}
	known, suitability, err := s.known(mark.Pattern, reference)
	if err == nil && known != nil && s.isDead(known) || s.housed[reference] {
		return allocation.Household{}, nil, false
	}
	var application *eilev1.Application
	if err == nil {
		application, err = s.over.application(s.v, reference)
	}
	if err != nil {
		s.err = err
		return allocation.Household{}, nil, false
	}
	if known == nil {
		known = s.learn(mark.Pattern, suitability, application)
	}
	accepts := s.accepts(known, application.GetDistricts())
	if barred := s.barred[reference]; len(barred) > 0 {
		accepts = slices.DeleteFunc(slices.Clone(accepts), func(c int32) bool { return slices.Contains(barred, c) })
	}
	return allocation.Household{ID: s.pseudo(reference), Accepts: accepts, Groups: known.groups}, known, true
}

// entry is one waiting household as the overlay has it.
type entry struct {
	key  string
	mark living.Mark
}

// waiting yields one list in legal order, with what the overlay moved.
func (s *source) waiting(list string) iter.Seq2[string, living.Mark] {
	keys, _ := s.frozen.List(list)
	moved := s.moved(list)
	return func(yield func(string, living.Mark) bool) {
		next := 0
		for key := range keys {
			for ; next < len(moved) && moved[next].key < key; next++ {
				if !yield(waitlist.Reference(moved[next].key), moved[next].mark) {
					return
				}
			}
			reference := waitlist.Reference(key)
			if s.over.placement(reference) == nil && !yield(reference, living.MarkOf(key)) {
				return
			}
		}
		for _, e := range moved[next:] {
			if !yield(waitlist.Reference(e.key), e.mark) {
				return
			}
		}
	}
}

// moved are the overlay's households of one list, in legal order.
func (s *source) moved(list string) []entry {
	if s.over == nil {
		return nil
	}
	var moved []entry
	for _, placement := range s.over.placements {
		if placement.GetList() != list || placement.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
			continue
		}
		mark := living.Mark{Pattern: s.over.pattern(s.frozen.Patterns, placement), OpenOffer: placement.GetOpenOffer()}
		moved = append(moved, entry{key: living.IndexKey(placement, mark.Pattern), mark: mark})
	}
	slices.SortFunc(moved, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return moved
}

// pseudonym names applications in the evidence of one run: without the key
// nobody can tell who is meant, nor link two runs.
func (n *Night) pseudonym(run string) func(string) string {
	return func(reference string) string {
		mac := hmac.New(sha256.New, n.key)
		fmt.Fprintf(mac, "pseudonym\x00%s\x00%s", run, reference)
		return "h" + hex.EncodeToString(mac.Sum(nil)[:10])
	}
}
