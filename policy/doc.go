// Package policy holds the rules as data: what a council, a ministry or a court may change is one
// readable YAML file with dates, CEL expressions and examples that must hold, and this package
// loads it and says what it means for a household or a home.
//
// A Policy is immutable once loaded. Its expressions are parsed, type-checked and bounded in cost
// when it is loaded, so evaluating never loops and never reaches outside. An Evaluator joins a
// policy with the seed of its draw and is safe for concurrent use.
//
// Three values run through every answer. A fact that is not set is unknown, never zero and never
// false, unless the policy declares what unclaimed means; a rule that needs an unknown fact makes
// the answer undetermined and names the fact. All reasons are given, not the first. And every
// answer about a household carries the next date on which it can change though nobody touches the
// record: each comparison with today notes when it would turn.
//
// Packages fact and rule say what an expression may read, and the functions beside those of CEL.
//
// # The rooms
//
// Package source reads the file and knows its form alone; procedure is what of it says how the
// work is done, without an expression; rule is the language of expressions; fact is what
// expressions read of a household and a home. This package compiles the first into the other two, a
// function for each part of the file, and evaluates. Package example, which stands above, runs the
// examples. No arrow runs back up.
//
// The package has no clock, no randomness and no input or output; dates and seeds are arguments. It
// must not import the store, the engine or the server.
package policy
