// Package fact is what rules can read of a household and a home: the built-in and the declared
// facts as variables, and the scope of one evaluation.
//
// A fact that is not set is unknown by its name, never zero and never false, unless the policy
// declares what unclaimed means; one that takes effect later, a member who is yet to join and an
// inspection to come are not there, and the scope notes the day on which they will be. A value is
// computed when it is first read.
//
// Expressions read the declared attributes, parameters and values by name, and
//
//   - on, year: the day of the rules;
//   - persons, members: the members of the day, each with relation, sex, number, birth_date, age
//     and the declared attributes;
//   - registered_on, districts, list, grounds (granted and in effect), transfer (its reason or the
//     empty text), need;
//   - unit.district, unit.rooms, unit.area_sqm, unit.floor, unit.lift, unit.adapted, unit.tenure,
//     unit.lease_ends_on, unit.wear_percent, unit.amenities, unit.earmark, unit.NAME for declared
//     attributes, and inspections, the newest first, each with inspected_on, score, hazards and
//     declared attributes;
//   - inspection.inspected_on, inspection.score, inspection.hazards and inspection.NAME: what the
//     newest inspection found, and for an attribute that is carried the newest that says anything
//     of it; inspected_on.NAME: the day of that inspection. Only the unit standard reads
//     inspections.
//
// Attributes and parameters are given as plain values. The package has no clock and no input or
// output; it must import nothing of the project but the nouns and packages day, need, table and
// rule.
package fact
