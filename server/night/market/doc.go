// Package market is the question of a night and its answer: it sorts the homes
// into classes, gives the engine the households in legal order, plays one round
// or two, and puts what comes of it into matches. It also answers what a night
// would give with some homes more.
//
// It promises that the same night gives the same answer, and that it reads the
// application of nobody who cannot matter: households that the rules cannot tell
// apart for any home are of one pattern, and where all homes of a pattern are
// gone its households are passed over unread.
//
// Plain values go in and plain values come out. The package imports proto, policy
// and allocation; it must not import store, nor anything of server.
package market
