// Package prepare does what a day makes necessary before homes are matched:
// overdue offers expire, leases that end are settled, applications that fall due
// are evaluated again, homes are assessed. Then it reads the market as it is.
//
// It works on any register, so that what is only worked out runs on a scratch by
// the very functions of a run. It promises that doing it again finds nothing to
// do, and that what it reads is ordered by the rules it was given.
//
// The package imports proto, policy, store, server/casework and
// server/night/market; it must not import server/night.
package prepare
