// Package fact is what rules can read of a household and a home: the built-in and the declared facts as variables, and the scope of one evaluation.
//
// A fact that is not set is unknown by its name, never zero and never false, unless the policy declares what unclaimed means; one that takes effect later,
// a member who is yet to join and an inspection to come are not there, and the scope notes the day on which they will be. A value is computed when it is
// first read.
//
// Attributes and parameters are given as plain values. The package has no clock and no input or output; it must import nothing of the project but the
// nouns and packages day, need, table and rule.
package fact
