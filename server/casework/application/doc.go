// Package application is what a person does with an application: it is
// registered, suspended, reinstated, granted a ground, ended, and its personal
// data erased; and what a sitting tenant applies for, a transfer. It promises
// that what ends leaves nothing behind that waits for it.
//
// It imports casework and its decisions, state, tenancies and offers.
package application
