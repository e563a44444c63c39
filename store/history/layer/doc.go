// Package layer is one layer of the history: the form of its bytes, how it is written,
// how several are read as one, and what its rows and its numbers say.
//
// A layer has the rows of applications, those of each list with counts beside them,
// those of homes, and numbers of what came and went. It is written once, in order,
// from changes in order over the layers below it, and read where it is asked, by
// blocks.
//
// Promises. What is not the bytes that were written is answered as Damaged, which
// names the layer. Laying changes in parts makes what laying them at once makes. A
// layer holds references, lists, classes, keys and codes, never personal data.
//
// The package imports proto and nothing of the store: it does not know where layers
// lie, which register they are of, or when one is due.
package layer
