// Package policy holds the rules as data: what a council, a ministry or a court may change is one readable YAML file with dates, CEL expressions and
// examples that must hold, and this package loads it and says what it means for a household or a home.
//
// A Policy is immutable once loaded. Its expressions are parsed, type-checked and bounded in cost when it is loaded, so evaluating never loops and never
// reaches outside. An Evaluator joins a policy with the seed of its draw and is safe for concurrent use.
//
// Three values run through every answer. A fact that is not set is unknown, never zero and never false, unless the policy declares what unclaimed means;
// a rule that needs an unknown fact makes the answer undetermined and names the fact. All reasons are given, not the first. And every answer about a
// household carries the next date on which it can change though nobody touches the record: each comparison with today notes when it would turn.
//
// # The language of rules
//
// Expressions are CEL. They read the declared attributes, parameters and values by name, and
//
//   - on, year: the day of the rules;
//   - persons, members: the members of the day, each with relation, sex, number, birth_date, age and the declared attributes;
//   - registered_on, districts, list, grounds (granted and in effect), transfer (its reason or the empty text), need;
//   - unit.district, unit.rooms, unit.area_sqm, unit.floor, unit.lift, unit.adapted, unit.tenure, unit.lease_ends_on, unit.wear_percent, unit.amenities,
//     unit.earmark, unit.NAME for declared attributes, and inspections, the newest first, each with inspected_on, score, hazards and declared attributes;
//   - inspection.inspected_on, inspection.score, inspection.hazards and inspection.NAME: what the newest inspection found, and for an attribute that is
//     carried the newest that says anything of it; inspected_on.NAME: the day of that inspection. Only the unit standard reads inspections.
//
// A declared attribute may be rows: a list of structs with declared columns, written kitchen/1998/poor;windows/1985/good in a cell, or none. A row is
// there once for its first column, or its first few; one that is left out is unknown, not absent. A parameter may be a table, read as name['text'].
//
// Money is an int of hundredths; a decimal is exact and compares with decimals and ints; dates compare with dates. The functions beside CEL's own are
//
//   - known(x), otherwise(x, y): whether a fact is known, and y in its place where it is not;
//   - date("2025-05-01"), date(y, m, d), year_of(d), add_days, add_months, add_years, age(born, on), birthday(born, years);
//   - decimal(x), least(a, b), most(a, b), sum(ints or decimals), count(bools), lower(s), split(s, sep), join(list, sep);
//   - quotient(decimal, n): how many times n goes into it, rounded down; row(attribute, text): the row of that name;
//   - list.at_least(n, x, condition): whether it holds for n or more, told as soon as what is unknown cannot change it, as exists and all are;
//   - money(cents), amount(cents) and plural(n, forms…), which write for people in the language of the sentence.
//
// Prefer birthday(m.birth_date, 18) > on to m.age < 18: it is looked at again on that birthday only, not on each. Prefer count(members.map(m, …)) to a
// filter and its size: it names every unknown fact, not the last. A value reads a household or a home, not both.
//
// # The rooms
//
// Package source reads the file and knows its form alone; rule is the language of expressions; fact is what expressions read of a household and a home.
// This package compiles the first into the other two, a function for each part of the file, and evaluates. Package example, which stands above, runs the
// examples. No arrow runs back up.
//
// The package has no clock, no randomness and no input or output; dates and seeds are arguments. It must not import the store, the engine or the server.
package policy
