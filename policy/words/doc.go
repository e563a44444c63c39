// Package words is how eile says things: a reason, a refusal or a page is a key
// with named arguments, and its sentence stands in a file for each language.
//
// Book holds the sentences of such files; server/words and the policy each have
// one. A file is named for its language (en.yaml) and maps keys to Go text
// templates over the arguments; a key is a code, or code.sentence where one code
// has several; sentences with forms for numbers choose by the argument count. Under
// term stand the words for codes that sentences name.
//
// It promises that a key which English has is written in every language, in
// English where that language lacks it, and that arguments are only put in,
// never run. It imports proto and policy/day, nothing else of ours.
package words
