// Package e2e tests eile as its users meet it: it builds both programs, starts
// the service on free loopback ports and drives it by the command line, by HTTP
// and, where many calls at a time are the point, by the Go client.
//
// It promises that every service it starts ends with its test, that each
// register is sound at its end, and that nothing is waited for by sleeping. It
// imports proto, client, policy/day and internal/serve, never the inside of the
// service; only the frozen register of an earlier program is looked into, by the
// driver of its file. What takes long runs only with EILE_LONG=1.
package e2e
