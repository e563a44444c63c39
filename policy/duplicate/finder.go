package duplicate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Finder gathers people and finds those that match. The zero Finder is empty and ready; it is for
// one goroutine.
type Finder struct {
	references []string // of each person that can match
	marks      []mark
}

// mark is one thing by which a person can match.
type mark struct {
	digest digest
	reason eilev1.DuplicateReason
	person int32 // an index in references
}

// Add adds a person. An application may come with several people, at any time.
func (f *Finder) Add(p Person) {
	at := int32(len(f.references))
	before := len(f.marks)
	p.digests(func(reason eilev1.DuplicateReason, digest digest) {
		f.marks = append(f.marks, mark{digest, reason, at})
	})
	if len(f.marks) > before {
		f.references = append(f.references, p.Reference)
	}
}

// Groups returns the groups in order of their first reference, all of them open, with references in
// order and each match once. No application is in two. The statuses are not filled in.
func (f *Finder) Groups() []*eilev1.DuplicateGroup {
	slices.SortFunc(f.marks, func(a, b mark) int { return bytes.Compare(a.digest[:], b.digest[:]) })
	joined := forest{}
	var matches []*eilev1.DuplicateMatch
	for start := 0; start < len(f.marks); {
		end := start + 1
		for end < len(f.marks) && f.marks[end].digest == f.marks[start].digest {
			end++
		}
		if match := f.match(f.marks[start:end]); match != nil {
			matches = append(matches, match)
			for _, reference := range match.GetReferences()[1:] {
				joined.join(match.GetReferences()[0], reference)
			}
		}
		start = end
	}
	groups := map[string]*eilev1.DuplicateGroup{}
	for _, match := range matches {
		root := joined.root(match.GetReferences()[0])
		if groups[root] == nil {
			groups[root] = &eilev1.DuplicateGroup{}
		}
		groups[root].Matches = append(groups[root].Matches, match)
	}
	return ordered(groups)
}

// match makes a match of marks of one digest; nil where they are all of one application.
func (f *Finder) match(same []mark) *eilev1.DuplicateMatch {
	if len(same) < 2 {
		return nil
	}
	references := make([]string, len(same))
	for i, mark := range same {
		references[i] = f.references[mark.person]
	}
	slices.Sort(references)
	references = slices.Compact(references)
	if len(references) < 2 {
		return nil
	}
	return &eilev1.DuplicateMatch{Reason: same[0].reason, References: references}
}

// ordered completes the groups and puts everything in an order that does not depend on how the
// people came.
func ordered(groups map[string]*eilev1.DuplicateGroup) []*eilev1.DuplicateGroup {
	for _, group := range groups {
		slices.SortFunc(group.Matches, compareMatches)
		// Two people of the same two applications may match for the same reason.
		group.Matches = slices.CompactFunc(group.Matches, func(a, b *eilev1.DuplicateMatch) bool { return compareMatches(a, b) == 0 })
		var references []string
		for _, match := range group.Matches {
			references = append(references, match.GetReferences()...)
		}
		slices.Sort(references)
		for _, reference := range slices.Compact(references) {
			group.Applications = append(group.Applications, &eilev1.DuplicateApplication{Reference: reference})
		}
		group.Id = identity(group.Matches)
		group.State = eilev1.DuplicateState_DUPLICATE_STATE_OPEN
	}
	return slices.SortedFunc(maps.Values(groups), func(a, b *eilev1.DuplicateGroup) int {
		return cmp.Compare(a.GetApplications()[0].GetReference(), b.GetApplications()[0].GetReference())
	})
}

func compareMatches(a, b *eilev1.DuplicateMatch) int {
	return cmp.Or(cmp.Compare(a.GetReason(), b.GetReason()), slices.Compare(a.GetReferences(), b.GetReferences()))
}

// identityBytes is 80 bits: enough for every group that a register will ever have, and short enough
// to type.
const identityBytes = 10

// identity of a group is a digest of its matches, which are in order. References hold no control
// characters.
func identity(matches []*eilev1.DuplicateMatch) string {
	sum := sha256.New()
	for _, match := range matches {
		sum.Write([]byte{byte(match.GetReason())})
		for _, reference := range match.GetReferences() {
			sum.Write([]byte(reference))
			sum.Write([]byte{0})
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:identityBytes])
}

// forest is a union-find over references; what it was never given stands alone.
type forest map[string]string

func (f forest) root(of string) string {
	for {
		above, ok := f[of]
		if !ok || above == of {
			return of
		}
		// Halving the path keeps it short: later searches are almost constant.
		if next, ok := f[above]; ok {
			f[of] = next
		}
		of = above
	}
}

func (f forest) join(a, b string) {
	if a, b = f.root(a), f.root(b); a != b {
		f[max(a, b)] = min(a, b)
	}
}
