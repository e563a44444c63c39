// Package explain says why: who got a home, who was ahead and did not get it, and
// what a household got in its place.
//
// It promises exactly one reason for each household and home, and the same answer
// whenever it is asked: it answers from what the run saw and from the placements
// as they were at the run's revision, never from today's facts.
//
// The package imports proto, allocation, store and server/night/evidence; it must
// not import policy nor server/casework.
package explain
