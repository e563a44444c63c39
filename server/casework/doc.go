// Package casework is what may happen to an application, a home, an offer and a
// tenancy. Here stand what every change has in common: the rules of the day, the
// one way to make a change of the register under them, and the Refusal that
// lists every reason against one. What the changes are stands in a room for each
// noun, and each room uses only those before it:
//
//	decision     what a person or the policy decided, and what is proposed
//	state        what the rules of the day make of an application and a home
//	tenancy      from the acceptance to the keys, and the end
//	offer        made, served, answered, assessed, withdrawn
//	application  registered, suspended, ended, and the transfer of a tenant
//	home         registered, amended, inspected, leased, given up; programmes
//
// The handlers, the import and the night all go through them, so that a state
// has one way in. A function either does all of its change in the transaction or
// returns an error, and then the transaction must be dropped.
//
// The package imports proto, policy, store and the words of the server. It has no
// clock: the day is part of the rules it is given. It must not import what calls it.
package casework
