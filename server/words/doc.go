// Package words puts what the service says into words: reasons, refusals, pages.
// Its sentences stand in en.yaml and lt.yaml, those of a policy in the policy.
//
// It promises that a reason which was told keeps its texts, and that every other
// one is written from its code and arguments in the language of the caller. It
// imports policy and its words, proto and store, nothing of the server.
package words
