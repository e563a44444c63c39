// Package number has the numbers that people write: whole ones, and decimals that are exact, so
// that 19.99 is less than 20 and no cent is lost.
//
// It promises that a cell of a file, a flag, an attribute over the API, a parameter of a policy and
// a text in a rule are read by one language: an optional minus, ASCII digits and, in a decimal, a
// point with one to nine digits behind it. There is no plus, no exponent, no space and no sign
// between thousands, and nothing is rounded: what the register cannot keep is refused. What is
// written is read again as the same number with the same places.
//
// It imports the messages; it knows no rule and no language of people.
package number
