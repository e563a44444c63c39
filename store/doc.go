// Package store is the register: the records of households, homes, offers and runs, their audit,
// and the living waiting list that is kept beside them.
//
// Promises. An Update is one serializable transaction: records, placement history, audit entry and
// the answer to its request_id are written together or not at all, durable when it returns, and the
// waiting list of this process has seen them. Changes have moments that ascend in the order in
// which they were committed, whatever the clocks said, so that a replay up to a moment is the
// register as it was. The list is rebuilt from the placements at Open and then fed by commits. Bulk
// imports and policy changes span many transactions and become visible by one. Open has
// store/schema bring a register of an older schema to this one, and a process that is killed
// meanwhile changes nothing of its end. A Scratch is a register over a snapshot of this one, on
// which anything can be tried. Portray hands out what store/check compares with what it recomputes.
//
// The layout of keys is the table in store/layout. Personal data lies in persons, and beside audit
// entries, where people gave reasons; an erasure takes both. The entries themselves, request
// records and the history carry ids.
//
// The package imports proto, store/kv with the driver in memory, for what is tried, and its rooms:
// layout, audit, living (over store/waitlist), staging, schema, past and history, which read and
// write what they are handed. It never calls policy or allocation, and it has no clock: times and
// ids come in with each call. One process has a store open as a register, once.
package store
