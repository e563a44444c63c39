// Package advise says what to rent next: what one home more of each kind is worth
// beside tonight's market, and what a budget pays for.
//
// It promises that a kind is worth exactly what the night would make of one such
// home, and changes nothing: the day is prepared on a scratch of the register.
//
// The package imports proto, policy, store, server/casework and the rooms market
// and prepare beside it; it must not import server/night.
package advise
