// Package procedure is what a policy says of the work beside its rules: what follows an offer and
// the end of a lease, what is due every year, which days are worked on, and when what was sent
// counts as served.
//
// It promises that terms end as the file says: a calendar moves the end of one only where the file
// has it moved, and a policy that says nothing of a matter leaves it as it falls. It reads no
// record, evaluates no expression and has no clock.
//
// The package imports packages source, day and words and the nouns, nothing else of the project.
package procedure
