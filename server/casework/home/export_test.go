package home

// Steps are the table of giving up, for the tests that hold it.
var Steps = steps
