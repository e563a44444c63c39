// Package rulebook is the policy in force and its life: read from the register,
// activated, scheduled, enacted on its first day, switched to, and what it would
// change. The clock stands here too, since a policy says in which zone a day
// begins.
//
// It promises that one write switches from one policy to the next, that a
// process killed in the middle goes on at its next start, that no policy is put
// in force while a caller holds the book, and that the effect which a dry run
// names is worked out by the very switch that an activation does.
//
// The package imports proto, policy, store, server/casework and server/form. It
// knows no gRPC.
package rulebook
