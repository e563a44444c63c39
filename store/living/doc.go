// Package living is the waiting list as a process knows it: the order of the
// waiting households, when their placements fall due, who was housed when, and
// the states of the homes.
//
// A List is loaded from the placements in force and then fed with every commit
// of the store, in order of revisions. What an undecided import or a policy
// change has written is kept beside it until one write makes it count. Readers
// never wait for more than the moment in which something really changes.
//
// What a commit holds was checked before it was written, so that a record which
// cannot be read here means that the store was changed by another program. The
// list then keeps what it knew, and Compare tells the difference.
//
// The package imports proto, store/kv, store/layout and store/waitlist. It reads
// commits and what it is loaded with, never the store.
package living
