// Package allocation is the engine: it says which waiting household gets which vacant home, and gives the proof.
//
// It is pure. The same instance gives the same outcome, byte for byte, on any machine and however many cores: there is no
// clock, no randomness, no goroutine, and no map is ever iterated to build a result. Homes that are alike stand together
// as one class, the households stand in one strict legal order, and whether a home suits a household is decided before
// the engine is asked: it only sees lists of class indices.
//
// Run reads the households one by one in legal order and stops as soon as none that follows could change anything, so
// its cost grows with the vacancies and not with the list. Solve does the same for a written Instance. Package verify
// checks the result without this package's code.
//
// It imports the standard library only.
package allocation

import "slices"

// Mode is one of the two published ways to allocate.
type Mode string

const (
	// Choice lets households choose: applicant-proposing deferred acceptance over classes whose slots are filled in
	// declared order, some of them reserved. With one common order and no reserve it is, and is run as, serial dictatorship.
	//
	// It promises, within one batch: no justified envy, no home left empty that somebody prefers to what they got, that no
	// false list of wishes helps its author, that a better place on a list or membership of a group never harms its owner,
	// and that among all outcomes without justified envy every household gets the one that it likes best.
	//
	// It does not promise:
	//   - the largest number housed: it may house as few as half of what could be housed (Outcome.MaxSize tells);
	//   - Pareto efficiency where classes have orders of their own or reserves: two households may both prefer to exchange
	//     homes, since an exchange could pass over a third one's right (Abdulkadiroğlu and Sönmez 2003, Example 1);
	//   - non-bossiness: a household may, at no gain to itself, change what others get;
	//   - truthfulness across batches: refusing today and waiting for tomorrow may pay.
	Choice Mode = "choice"

	// Fill leaves no home empty that could be filled: senior-first maximum matching. The set that is housed is the best by
	// seniority, compared from the most senior down, and it is of the largest possible size (the two do not conflict:
	// matchable sets form a matroid). Inside that set the most senior then gets the best class that still lets all the
	// others of the set be housed, then the next.
	//
	// It promises that nobody is left out for a less senior household, and that no false claim of what is suitable helps
	// to be housed. It does not promise:
	//   - truthful rankings: who conceals a class that would do may get a better one, so that what is suitable must be set
	//     by the authority and not by the applicant (no rule has both; Krysta and others, arXiv 1404.5245);
	//   - the absence of envy over rank: a senior may be moved to a class it likes less so that a junior fits too;
	//   - monotone ranks: a further home, or one household fewer, never shrinks the housed set, but may give somebody in it
	//     a class that it likes less.
	Fill Mode = "fill"
)

// Instance is one night's question, complete.
type Instance struct {
	Mode       Mode
	Classes    []Class
	Groups     []string    // the names that Household.Groups points into
	Households []Household // in legal order, most senior first
}

// Class is a set of homes that are alike in everything that the rules look at.
type Class struct {
	ID    string
	Slots []Slot // served in this order
	// Order is this class's own order, as positions in the legal order without repeats; who is left out cannot be placed
	// here. Nil means the legal order; empty means that nobody can be placed.
	Order []int32
}

// Slot is a number of homes of a class that are given out by one rule.
type Slot struct {
	Count       int
	ReservedFor string // name of the group that goes first, or empty for all alike
}

// Household is what the engine knows of an application. It never modifies the two slices, and neither keeps nor returns
// them beyond Run, except in Result.Instance; households with equal wishes may share them.
type Household struct {
	ID      string
	Accepts []int32 // indices of suitable classes, most wanted first, without repeats
	Groups  []int32 // indices of group names, without repeats
}

// Solve returns the outcome that the mode prescribes for the instance, with its certificate. It panics if the instance is
// one that Market.Validate refuses; ParseInstance returns no such instance.
func Solve(in Instance) Outcome {
	r, err := Run(Market{Mode: in.Mode, Classes: in.Classes, Groups: in.Groups, Households: slices.Values(in.Households)})
	if err != nil {
		panic(err)
	}
	return Certify(in, r.Seats)
}
