// Package audit is the record of who changed what: the entries, the chain of
// seals that links them, the check of both, and the marks of the last change that
// a record itself has.
//
// Every change of the register has one entry, written in its own transaction:
// who, when and what, with commitments to each record before and after; why, and
// the values that changed, lie beside it and can be erased.
// The chain is not a hot key: one sealer links the entries, in order of
// revision, soon after. A seal names the entries since the seal before and the
// digest of that seal, so that no entry can be changed, added or dropped behind
// a seal that somebody has seen.
//
// Entries hold ids, codes and commitments, never personal data, and are never
// written again. The package imports proto, proto/spell, store/kv and store/layout;
// it knows no other record of the register.
package audit
