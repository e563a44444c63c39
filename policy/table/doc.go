// Package table reads what people write in tables: the CSV files of applications, units and
// inspections, households as MEMBERS text, and single values of the attributes that a policy
// declares.
//
// It is strict and says every fault of a file at once, by line and column, with what to do. Nothing
// is guessed or repaired: no spaces are cut off, no case is folded, an empty cell is unset. A row
// without a fault gives messages that are valid as far as the file alone can tell; what needs the
// register or the rules of the policy is checked elsewhere.
//
// Files are streamed: memory grows with the number of distinct references, not with the size of the
// file. Faults never repeat names, codes, addresses or other personal data.
//
// The package imports the messages, policy/day and policy/number; it must not import policy, and
// reads no clock.
package table
