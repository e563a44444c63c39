// Package casework is what may happen to an application, a home, an offer and a
// tenancy: the states of the domain and what moves them, each as one function
// on a transaction of the register and the rules of the day. The handlers, the
// import and the night all go through it, so that a state has one way in.
//
// A function either does all of its change in the transaction or returns an
// error, and then the transaction must be dropped. What stands against a change
// is a Refusal that lists every reason.
//
// The package imports proto, policy and store. It has no clock: the day is part
// of the rules it is given.
package casework
