// Package history answers what was so at a moment: who stood where on a list, what
// came and went until then, how the homes were, and how many offers were made. It is
// a model of what store/past replays, made to be read.
//
// The state at the end of a month is kept as a layer: rows in order, with counts
// beside them, which is read where it is asked and never whole. A full layer has
// everything; a thin one has what has changed since a full one. What happened after
// the last layer before a moment is replayed and is a layer too, in memory. Months
// in which little happened are joined, and one in which much happened is divided,
// so that what is replayed, and what an answer costs, does not grow with the
// history.
//
// Promises. An answer from layers is that of a full replay. A layer is there whole
// or not at all; one that is damaged, of another version or of another register is
// found out and left aside, and what is missing is replayed until it is built
// again. The layers lie in a folder of their own, or in memory, and may be deleted
// at any time: they are in no backup, and hold references, lists, classes, keys and
// codes, never personal data.
//
// The package imports proto, store/kv, store/waitlist, the rooms layout and past of
// the store, and its own room layer, which has the form of one layer. It reads
// snapshots, writes nothing but its folder, and has no clock.
package history
