// Package staging is what spans many transactions and becomes visible by one:
// the pieces of an import, and the placements under the next policy.
//
// A record that an import brought carries its id and is hidden until the record
// of the import says that it is decided. Each piece leaves a list of the keys
// that it wrote, so that what was never decided can be removed to the last key,
// also by a process that finds it when it opens the register.
//
// The package imports proto, store/kv and the rooms store/layout, store/audit
// and store/living; it writes what it is told to and decides nothing.
package staging
