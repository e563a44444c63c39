// Package intake takes files into the register: rows are checked while the file
// arrives, the good ones spooled, staged unseen, and one small write decides.
//
// It promises that every bad row is told with its line and column, that nothing
// of a file is seen before all of it is decided, that the same file twice changes
// nothing, and that a process killed in the middle leaves no half of a file.
//
// The package imports proto, policy, store and the rooms casework, form and rpc
// of the server. It knows no stream: it reads from a reader and tells through a
// function.
package intake
