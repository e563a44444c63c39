// Package server is the gRPC service: one thin file for each service. A request
// goes one way: the chain of server/rpc, a handler that holds just what it uses,
// one change of the register in which casework decides under the rules of the
// day, response. Server itself composes them, and resumes at start what was under
// way.
//
// It promises that a request which fails changes nothing, that a repeated
// request_id is answered without a second change, that every refusal lists all
// its reasons, and that no personal data is in an error or a log line.
//
// The package imports proto, policy, store and the rooms of the server: casework,
// form, rulebook, rpc, intake, figures and night; none of them imports it. Clock,
// ids and randomness begin here.
package server
