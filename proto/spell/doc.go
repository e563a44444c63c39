// Package spell writes messages in letters, for people and programs: as JSON, as YAML, and the
// values of enumerations by name. It is the one place that knows how a message looks outside of
// protobuf; the command line and the gateway both use it.
//
// It promises that JSON holds every field under its name in the proto, also one that is not set,
// that YAML has the same keys in the same order, and that one message is the same bytes in every
// build. It imports nothing of ours: a message tells by reflection what it holds.
package spell
