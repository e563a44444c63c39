package allocation

import "math/bits"

// A reserve that is stated as a share, such as 3 of every 10 lettings, is spread over time by the divisor method of Webster
// and Sainte-Laguë: each letting goes to the party with the largest weight/(2·given+1), where given counts what it has had
// since the count began. What a party is short of is therefore carried from night to night, and more vacancies never mean
// fewer for anybody, as rounding each night's shares would.
//
// Given counts what happened and not what was meant: a letting meant for one party that went to another, because nobody of
// the first wanted it, is counted for the one that got it, and the first stays at the head of the queue. A policy that does
// not want an old shortage made up in one night begins a new count.

// NextShare returns the index of the party whose turn the next letting is: of those with equal claims the first. It returns
// -1 if no weight is positive. Given is what each party has had so far; it must be as long as weights, and neither may
// exceed 2⁶².
func NextShare(weights, given []uint64) int {
	best := -1
	for i, w := range weights {
		if w > 0 && (best < 0 || claimLess(weights[best], given[best], w, given[i])) {
			best = i
		}
	}
	return best
}

// claimLess tells whether w1/(2·g1+1) < w2/(2·g2+1), without rounding.
func claimLess(w1, g1, w2, g2 uint64) bool {
	hi1, lo1 := bits.Mul64(w1, 2*g2+1)
	hi2, lo2 := bits.Mul64(w2, 2*g1+1)
	return hi1 < hi2 || hi1 == hi2 && lo1 < lo2
}

// Apportion returns whose turn each of the next n lettings is, if each goes to the party whose turn it is. It does not
// modify given.
func Apportion(weights, given []uint64, n int) []int {
	given = append([]uint64(nil), given...)
	turns := make([]int, 0, n)
	for range n {
		i := NextShare(weights, given)
		if i < 0 {
			break
		}
		turns = append(turns, i)
		given[i]++
	}
	return turns
}
