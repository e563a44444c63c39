// Package server is the gRPC service: one handler file for each service. A
// request goes one way: interceptors, handler, one transaction of the register
// in which casework decides under the policy in force, response.
//
// It promises that a request which fails changes nothing, that a repeated
// request_id is answered without a second change, that every refusal lists all
// its reasons, and that no personal data is in an error or a log line.
//
// The package imports proto, policy, store, server/casework and server/night.
// Clock, ids and randomness begin here.
package server
