// Package plan says which flagged homes could be given up when, and what that
// does to the wait of everybody else.
//
// It promises never to be faster than homes of the right need become free, and
// to change nothing: the transfers are opened, by the functions that open them,
// on a scratch of the register that is thrown away.
//
// The package imports proto, policy, store, server/casework and the rooms market
// and prepare beside it; it must not import server/night.
package plan
