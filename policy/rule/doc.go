// Package rule is the language of rules: CEL with exact decimals, calendar dates, rows, the
// functions of the domain, and sentences with figures.
//
// Expressions are parsed, type-checked and bounded in cost when they are compiled, so evaluating
// one never loops and never reaches outside. A value that is not known is an unknown that names
// itself, and passes through every operator and function but known and otherwise. What is read of
// today notes the day on which it would read differently. Decimals never round: what does not fit
// is an error.
//
// A declared attribute may be rows: a list of structs with declared columns, written
// kitchen/1998/poor;windows/1985/good in a cell, or none. A row is there once for its first column,
// or its first few; one that is left out is unknown, not absent. A parameter may be a table, read
// as name['text'].
//
// Money is an int of hundredths; a decimal is exact and compares with decimals and ints; dates
// compare with dates. The functions beside CEL's own are
//
//   - known(x), otherwise(x, y): whether a fact is known, and y in its place where it is not;
//   - date("2025-05-01"), date(y, m, d), year_of(d), add_days, add_months, add_years, age(born,
//     on), birthday(born, years);
//   - month_of(d), day_of(d), weekday_of(d), where Monday is 1; days_between(a, b), which is less
//     than 0 where b lies before a, and months_between(a, b): the most n for which add_months(a, n)
//     is not after b, and less as many where b lies before a;
//   - where the policy has a calendar, add_working_days(d, n): the n-th working day after d, and
//     working_days_between(a, b): those after a up to b. A year whose holidays the calendar does
//     not know is unknown as calendar.YEAR;
//   - decimal(x), least(a, b), most(a, b), sum(ints or decimals), count(bools), lower(s), split(s,
//     sep), join(list, sep);
//   - quotient(decimal, n): how many times n goes into it, rounded down; row(attribute, text): the
//     row of that name;
//   - list.at_least(n, x, condition): whether it holds for n or more, told as soon as what is
//     unknown cannot change it, as exists and all are;
//   - money(cents), amount(cents) and plural(n, forms…), which write for people in the language of
//     the sentence.
//
// Prefer birthday(m.birth_date, 18) > on to m.age < 18: it is looked at again on that birthday
// only, not on each; and add_days(x, n) <= on to days_between(x, on) >= n, which is looked at again
// every day. Prefer count(members.map(m, …)) to a filter and its size: it names every
// unknown fact, not the last. A value reads a household or a home, not both.
//
// The variables, the structs and what an expression may read of them are given as plain values. The
// package has no clock and no input or output; it must import nothing of the project but the nouns
// and package day.
package rule
