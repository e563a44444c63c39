// Package example runs the examples of a policy: households and homes on a date, with what the
// policy must say of them. A policy whose examples do not come out as stated ranks nobody.
//
// Every example that fails is a fault under the line that states it. The package has no clock and
// no input or output; it must not import the store, the engine or the server.
package example
