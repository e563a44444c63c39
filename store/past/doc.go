// Package past is the register as it was: the history of placements and homes
// replayed up to a moment; what single entries of it say; and which offers were
// written between two moments.
//
// The history is dated by the moments of changes, which ascend in the order in
// which they were committed. What an import brought stands there from the moment
// at which its pieces were written, and took effect when it was decided. To
// replay costs time in proportion to the history.
//
// The package imports proto, store/kv and the rooms store/layout and
// store/staging; it reads snapshots and writes nothing.
package past
