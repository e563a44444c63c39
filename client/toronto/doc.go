// Package toronto turns the building evaluations of the City of Toronto, RentSafeTO, into rows of
// files to import: a building is a home, an evaluation an inspection.
//
// Nothing is guessed: what the city's file writes in an odd way is a row of a third file, with what
// was done about it, and what cannot be told is a fault. The file is read once, and memory grows
// with the buildings, not with the evaluations. docs/standards.md has the mapping.
//
// The package is pure: it opens no file and reads no clock, and the attributes come from the policy
// that is handed in. It imports policy/day, policy/number and policy/table only.
package toronto
