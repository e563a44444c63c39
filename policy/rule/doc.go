// Package rule is the language of rules: CEL with exact decimals, calendar dates, rows, the functions of the domain, and sentences with figures.
//
// Expressions are parsed, type-checked and bounded in cost when they are compiled, so evaluating one never loops and never reaches outside. A value that is
// not known is an unknown that names itself, and passes through every operator and function but known and otherwise. What is read of today notes the day on
// which it would read differently. Decimals never round: what does not fit is an error.
//
// The variables, the structs and what an expression may read of them are given as plain values. The package has no clock and no input or output; it must
// import nothing of the project but the nouns and package day.
package rule
