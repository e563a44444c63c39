// Package night is the run: it expires what is overdue, evaluates again what is
// due, assesses the homes, freezes the register, lets the engine match, keeps
// the evidence, and, once approved, makes the offers.
//
// It promises that a run killed anywhere and resumed ends in the same state,
// that a date is run once, that a dry run changes nothing, and that each offer
// is checked again in the transaction that makes it. What must not happen twice
// is named after the run, so that doing it again finds it done.
//
// Of the evidence it keeps the instance and the seats; the outcome follows from
// them and is written out again when asked for, against the hash that was taken
// at the match. Why somebody did not get a home is answered from what the run
// saw, and from the placements as they were at its revision, never from today's
// facts: asked twice, the answer is the same.
//
// The package imports proto, policy, allocation, store and server/casework. It
// has no clock of its own.
package night
