// Package night is the life of a run: it is started, prepares the day, lets the
// market be matched, keeps the evidence, and, once approved, makes the offers. A
// run that is under way is carried on in the background.
//
// It promises that a run killed anywhere and resumed ends in the same state, that
// a date is run once, and that each offer is checked again in the transaction
// that makes it. What must not happen twice is named after the run, so that doing
// it again finds it done. A dry run is the very run, on a scratch of the register
// that is thrown away: what it foretells is what the run then does.
//
// The package imports proto, policy, store, server/casework and its rooms market,
// prepare and evidence; it must not import those beside it: explain, advise and
// plan. It has no clock of its own.
package night
