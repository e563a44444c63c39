// Package gateway is what an applicant reaches: a page and one JSON route that
// answer where one application stands, to whoever shows its access code.
//
// It promises that an unknown reference, a wrong code and a malformed question
// get the same answer after the same work; that no access code is in a URL or a
// log line; that nothing is cached; and that nothing here lists, searches or
// counts people. It holds gRPC clients and nothing else, so
// it can run in the service's process or in another.
//
// What it says stands in page.LANG.yaml, and in answer.en.yaml what programs read. A
// page in another language needs a file only, which says under figure how the language
// writes figures where policy/words does not.
//
// The package imports proto and policy/words, and must not import server, store, any
// other room of policy, or allocation. It speaks plain HTTP: TLS is the work of what
// stands before it.
package gateway
