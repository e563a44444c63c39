// Package evidence keeps what a run saw and did, and reads it back: for auditors,
// who check it without the register, and for the answer to who was passed over
// and why.
//
// Of each round it keeps the instance and the seats; the outcome follows from
// them and is written out again when asked for, against the hash that was taken
// at the match. It promises that what it gives is what the run recorded, and that
// old runs are read from the bytes as they were stored.
//
// The package imports proto, allocation, store, the words of the server and
// server/night/market; it must not import policy nor server/casework: what was seen
// is not judged again.
package evidence
