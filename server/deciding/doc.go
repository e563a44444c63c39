// Package deciding answers for decisions: it shows them and what is proposed, lets a second person
// approve or reject, and records that somebody was told. It promises that approving runs the very
// method that the first person called, with all its tests.
//
// It imports rpc, figures, filter, form, casework and casework/decision, and no handler of another
// service: those it reaches through the doors of rpc.
package deciding
