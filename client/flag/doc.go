// Package flag has the flags of the command line that are more than a word: how a person types a
// date, a decimal, a household or a decision, and the sets of flags that describe an application or
// a home, named as the columns of the files to import.
//
// It promises that what render prints can be typed again, that a text which cannot be read is bad
// usage and says what must stand there, and that an empty one is unset. What a file and a flag both
// take is read by policy/table alone. It imports the messages, policy/day, policy/number,
// policy/table and render, and of cobra only the mark of a required flag; it knows no command and
// no server.
package flag
