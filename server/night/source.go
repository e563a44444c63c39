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
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/waitlist"
)

// source gives the engine the waiting households in legal order, without ever
// sorting the list and without decoding an application that cannot matter:
// households of one pattern are alike for every home, and where all classes of
// a pattern are shut, its households are passed over unread.
type source struct {
	v       *store.View
	frozen  store.Frozen
	rules   casework.Rules
	over    *overlay
	homes   *homes
	pseudo  func(string) string
	groups  []string
	limit   bool
	err     error
	read    []string // applications that the engine read, in order
	shut    []bool   // by class
	suits   map[uint32]*pattern
	ordered map[string][]int32 // accepts by pattern and districts
}

// pattern is what households that are alike for every home have in common.
type pattern struct {
	number  uint32
	classes []int32
	groups  []int32
	dead    bool
}

func newSource(v *store.View, frozen store.Frozen, rules casework.Rules, over *overlay, homes *homes, pseudo func(string) string) *source {
	s := &source{
		v: v, frozen: frozen, rules: rules, over: over, homes: homes, pseudo: pseudo, limit: rules.Policy.Districts().Limit,
		shut: make([]bool, len(homes.classes)), suits: map[uint32]*pattern{}, ordered: map[string][]int32{},
	}
	for _, reserve := range rules.Policy.Reserves() {
		s.groups = append(s.groups, reserve.Code)
	}
	return s
}

// market is the night's question.
func (s *source) market() allocation.Market {
	classes := make([]allocation.Class, len(s.homes.classes))
	for i, c := range s.homes.classes {
		classes[i] = allocation.Class{ID: classID(i), Slots: []allocation.Slot{{Count: len(c.units), ReservedFor: c.earmark}}}
	}
	return allocation.Market{
		Mode: allocation.Mode(s.rules.Policy.Mode()), Classes: classes, Groups: s.groups, Households: s.households(), Keep: true,
		Shut: func(class int32) { s.shut[class] = true },
	}
}

func classID(i int) string { return fmt.Sprintf("c%d", i+1) }

// households yields the waiting in legal order, list after list in the order of
// the policy.
func (s *source) households() iter.Seq[allocation.Household] {
	return func(yield func(allocation.Household) bool) {
		for _, list := range s.rules.Policy.Lists() {
			for reference, mark := range s.waiting(list) {
				household, ok := s.household(reference, mark)
				if s.err != nil {
					return
				}
				if ok {
					s.read = append(s.read, reference)
				}
				if ok && !yield(household) {
					return
				}
			}
		}
	}
}

// entry is one waiting household as the overlay has it.
type entry struct {
	key  string
	mark store.Mark
}

// waiting yields one list in legal order, with what the overlay moved.
func (s *source) waiting(list string) iter.Seq2[string, store.Mark] {
	keys, _ := s.frozen.List(list)
	if s.over == nil {
		return func(yield func(string, store.Mark) bool) {
			for key := range keys {
				if !yield(waitlist.Reference(key), store.MarkOf(key)) {
					return
				}
			}
		}
	}
	return func(yield func(string, store.Mark) bool) {
		moved := s.moved(list)
		for key := range keys {
			for len(moved) > 0 && moved[0].key < key {
				if !yield(waitlist.Reference(moved[0].key), moved[0].mark) {
					return
				}
				moved = moved[1:]
			}
			reference := waitlist.Reference(key)
			if s.over.placements[reference] == nil && !yield(reference, store.MarkOf(key)) {
				return
			}
		}
		for _, e := range moved {
			if !yield(waitlist.Reference(e.key), e.mark) {
				return
			}
		}
	}
}

// moved are the overlay's households of one list, in legal order. Their
// patterns are numbered after those of the register.
func (s *source) moved(list string) []entry {
	var moved []entry
	numbers := map[string]uint32{}
	for _, placement := range s.over.placements {
		if placement.GetList() != list || placement.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
			continue
		}
		suitability := string(placement.GetSuitability())
		if _, known := numbers[suitability]; !known {
			numbers[suitability] = uint32(s.frozen.Patterns + len(numbers))
		}
		mark := store.Mark{Pattern: numbers[suitability], OpenOffer: placement.GetOpenOffer()}
		moved = append(moved, entry{key: store.IndexKey(placement, mark.Pattern), mark: mark})
	}
	slices.SortFunc(moved, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return moved
}

// household is what the engine must know of one that waits; false where it
// cannot get a home tonight.
func (s *source) household(reference string, mark store.Mark) (allocation.Household, bool) {
	if mark.OpenOffer {
		return allocation.Household{}, false
	}
	known := s.suits[mark.Pattern]
	if known != nil && s.isDead(known) {
		return allocation.Household{}, false
	}
	application, err := s.over.application(s.v, reference)
	if err != nil {
		s.err = err
		return allocation.Household{}, false
	}
	if known == nil {
		known = s.learn(mark.Pattern, application)
	}
	accepts := s.accepts(known, application.GetDistricts())
	if barred := s.homes.barred[reference]; len(barred) > 0 {
		accepts = slices.DeleteFunc(slices.Clone(accepts), func(c int32) bool { return slices.Contains(barred, c) })
	}
	return allocation.Household{ID: s.pseudo(reference), Accepts: accepts, Groups: known.groups}, true
}

// isDead tells whether all homes of a pattern are gone. A pattern that no home
// suits is told once, by the first household that has it.
func (s *source) isDead(p *pattern) bool {
	if !p.dead {
		p.dead = !slices.ContainsFunc(p.classes, func(c int32) bool { return !s.shut[c] })
	}
	return p.dead
}

// learn asks the policy which classes suit a pattern, by one of its households.
func (s *source) learn(number uint32, application *eilev1.Application) *pattern {
	p := &pattern{number: number}
	for i, c := range s.homes.classes {
		if suits, _ := s.rules.Suitable(application, c.sample, s.rules.Today); suits {
			p.classes = append(p.classes, int32(i))
		}
	}
	for _, group := range s.rules.Groups(application, s.rules.Today) {
		p.groups = append(p.groups, int32(slices.Index(s.groups, group)))
	}
	s.suits[number] = p
	return p
}

func (s *source) accepts(p *pattern, districts []string) []int32 {
	if len(districts) == 0 {
		return p.classes
	}
	key := fmt.Sprintf("%d\x00%s", p.number, districtsKey(districts))
	accepts, known := s.ordered[key]
	if !known {
		accepts = s.homes.accepts(p.classes, districts, s.limit)
		s.ordered[key] = accepts
	}
	return accepts
}

// assign gives the homes of each class, in order of reference, to its
// households in legal order.
func (s *source) assign(seats []allocation.Seat) []*eilev1.Run_Match {
	given := make([]int, len(s.homes.classes))
	matches := make([]*eilev1.Run_Match, len(seats))
	for i, seat := range seats {
		matches[i] = &eilev1.Run_Match{
			Application: s.read[seat.Household], Unit: s.homes.classes[seat.Class].units[given[seat.Class]],
		}
		given[seat.Class]++
	}
	return matches
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
