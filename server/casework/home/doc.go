// Package home is what happens to a home: it is registered, amended and
// inspected, its lease ends, it is given up; and the programmes for homes and
// places. It promises that an offer ends with what it was made on, and that who
// lives in a home that is given up or goes back to its owner is rehoused first.
//
// It imports all other rooms of casework, and none imports it.
package home
