// Package decision records what a person decided, or the policy by itself, with
// everything that a decision cites, and what is proposed to a person. It promises
// that the audit entry of a change names the decision that it rests on.
//
// It imports casework, and no other room of it.
package decision
