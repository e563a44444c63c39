// Package serve starts a built eiled for the programs that show, measure and
// test it: as a process of its own, on free loopback ports, as an operator would.
//
// It promises that a service is ready when Start returns it, and that none is
// left behind: not where it does not become ready, where the context ends, or, on
// Linux, where this program is killed. It imports the standard library only.
package serve
