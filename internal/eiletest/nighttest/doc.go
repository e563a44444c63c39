// Package nighttest gives the world of the tests its nights: they are run, waited
// for and read back, and towns are drawn with everything that a night must see.
//
// It promises that a night is closed when its test ends, before the world is
// checked. It imports eiletest and the rooms of server/night; tests that use it
// stand outside of the package that they test.
package nighttest
