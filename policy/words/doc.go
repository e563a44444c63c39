// Package words is how eile says things: a reason, a refusal or a page is a key
// with named arguments, and its sentence stands in a file for each language.
//
// Book holds the sentences of such files, on top of those of the rules, which
// stand here: en.yaml and lt.yaml. A file is named for its language (en.yaml or
// NAME.en.yaml) and maps keys to Go text templates over the arguments; a key is a
// code, or code.sentence where one code has several; sentences with forms for
// numbers choose by the argument count. Under term stand the words for codes that
// sentences name, under figure how the language writes figures. A Speaker, which a
// policy is, has the sentences of its own reasons.
//
// It promises that a key which English has is written in every language, in
// English where that language lacks it, that arguments are only put in, never run,
// and that what was told is not put into words again. It imports proto,
// policy/day and policy/number, nothing else of ours.
package words
