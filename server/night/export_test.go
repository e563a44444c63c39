package night

// Steps are the table, for the tests that hold it.
var Steps = steps
