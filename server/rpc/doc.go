// Package rpc is what every call has in common: the chain of interceptors that
// it goes through, who calls, how an error is told, how a list is answered page
// by page, and the office in which a handler works.
//
// A call goes in this order: metrics, log and request id, errors, panics, who
// calls, deadline, validation, revision, handler. Streams have neither deadline
// nor page.
//
// It promises that an error of the register, the rules or casework meets a gRPC
// code in one place, that what nobody foresaw is told without its text and
// logged with it, and that no log line and no label holds personal data.
//
// The package imports proto, store and the rooms casework, form and rulebook
// of the server. It knows no service by its content.
package rpc
