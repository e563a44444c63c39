// Package waitlist is the living waiting list in memory: it answers "where am I" without sorting,
// scanning or reading the store. It imports the standard library only; in particular it knows
// nothing of policies, of protobuf or of the store, which fills it at start and feeds it every
// committed change.
//
// An order key is a string of bytes, and bytewise order is the legal order. A key ends with 0x00
// and the application's reference, so keys never tie. [Tree] is a set of keys that counts; [Index]
// holds one tree for each list, one for each need class of a list and one for those of a list who
// are out of turn, and finds a placement by its reference. A reference that has no place on a list
// is simply absent. [Frozen] is an Index at one revision, for a night that reads while writes go
// on, and
// [Index.Fork] one that goes its own way from there.
//
// # Costs
//
// With n keys, blocks of up to B = 512 and n/B blocks:
//
//	Rank, Select       O(log n)            about three waits for memory at 3,000,000 keys
//	Insert, Delete     O(log n + B + √(n/B)), and O(n/B) for one in some 200, when a block is split or joined
//	Build              O(n) from ascending keys
//	Snapshot           O(n/B); afterwards the first write to each block copies that block
//	Index.Fork         O(n/B); afterwards, in both, the first write to each block, page of rows or chunk of keys copies it
//	Index.Position     three ranks and one look-up, nothing allocated
//
// # Why blocks
//
// At this size a rank costs what its cache misses cost. A balanced tree or a slice of strings
// misses at every one of some 22 comparisons. Here the first keys' windows (eight bytes each) of
// all blocks fit the second-level cache, a block's guide narrows 512 keys to 8 in one more look,
// the start of each of those stands in neighbouring memory, and only the last comparison reads a
// key's tail. Two levels of counts over blocks, not a Fenwick tree, turn the place in a block into
// a rank with two reads. Keys are packed: nothing here has a pointer per key or per placement, so
// the garbage collector, which runs often in a busy server, has next to nothing to mark however
// long the list is.
package waitlist
