// Package duplicate finds applications that may be of one household, for a person to decide. It
// decides nothing itself.
//
// Two applications match when a person of the one and a person of the other have the same given
// name, family name and birth date, or the same e-mail, or the same personal code. A group is
// whatever hangs together by matches: who matches one of a group is in it. What is not known
// matches nothing: a person without a birth date is never joined by name, and one of whom only one
// name is known neither. An address joins nobody: houses have many households.
//
// Texts are compared without regard to case, to the number of spaces and to how Unicode composes a
// letter, and with regard to everything else: Jonas is not Jonah, and the parts of a name are
// compared one by one.
//
// It promises the same answer for the same people in any order, in O(n log n) time and about 200
// bytes a person. It keeps digests of what it compares and answers references only. The package
// imports proto and policy/day, and never the store.
package duplicate
