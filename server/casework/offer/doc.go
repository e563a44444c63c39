// Package offer makes offers, takes their answers, assesses them and ends them.
// It promises one open offer for a household and one for a home, that a home
// which a household let pass is not offered to it again, and that only what was
// served and is not justified counts.
//
// It imports casework and its decisions, state and tenancies.
package offer
