// Package eiletest is the one world of the tests: a register in memory whose
// closures run twice, under a policy given by its text, on a day that moves on,
// with helpers that do to it what the handlers do.
//
// It promises that a world is checked when its test ends: everything that the
// register derives must be what it is derived from. A World is the rulebook of
// the nights of its register.
//
// It imports casework with all its rooms, policy and store, and nothing above
// them. No program must import it; tests that use it stand outside of the package
// that they test.
package eiletest
