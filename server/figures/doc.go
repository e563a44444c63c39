// Package figures reads the register and says how things stand: places and past
// lists, statistics, vacancies, leases, programmes, homes to be given up and
// possible duplicates.
//
// It promises that it changes nothing, and that what it counts follows from the
// records alone: asked twice at one revision, it answers the same.
//
// The package imports proto, policy, store and the rooms casework, form and words
// of the server. It has no clock.
package figures
