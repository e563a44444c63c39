// Package render writes answers: one message or many as a table for a person, as CSV for a
// spreadsheet, or as JSON for a program. A View names the fields that are seen; a Printer has the
// format and the writer.
//
// It promises that JSON holds every field under its name in the proto, also one that is not set, in
// bytes that stay the same; that CSV holds values as they are and codes in place of sentences; and
// that a table lets no text break a line or steer a terminal. It imports the messages,
// policy/number and policy/table, which knows how a household is written; it knows no command, no
// flag and no server.
package render
