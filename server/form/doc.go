// Package form says what is wrong with what a caller wrote: every fault, each
// with its field.
//
// It promises that it decides nothing: what the rules make of a household or a
// home is casework's. It reads no register and no clock.
//
// The package imports proto, policy, server/casework and server/words.
package form
