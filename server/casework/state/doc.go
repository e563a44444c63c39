// Package state is what the rules of the day make of an application and of a
// home: eligibility and place, and the status that follows; the condition, the
// lease and the vacancy. It promises that what is written by it is what the rules
// of the day say.
//
// A function that takes Rules writes nothing; one that takes a Change says what
// its caller has to write. The package imports casework and its decisions, and
// must not know what a person asks for.
package state
