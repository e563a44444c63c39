// Package source is the form of a policy file: YAML whose every key is known, read with the line
// and column of every value, and its JSON Schema.
//
// It promises that what it reads is as it was written (221.00 passes through no float and YES is no
// boolean), that everything wrong with a file is reported at once, each fault under
// FILE:LINE:COLUMN, and that a small file cannot make the reader work for long. Which keys there
// are stands in the tags of the structs, from which the decoder, the texts of faults and the schema
// are made. What an expression or a number means is known to package policy.
//
// The package must import nothing of the project but package day.
package source
