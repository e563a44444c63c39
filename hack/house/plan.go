package main

import (
	"slices"
	"strings"
)

// plan is the house as it should be.
type plan struct {
	families []family
	// flat is the room that must stay below flatFiles files.
	flat      string
	flatFiles int
	// narrow are the rooms whose types have at most maxMethods methods.
	narrow     []string
	maxMethods int
	// Lines of a function, of nine functions in ten, and of a room. A room above
	// roomLines is printed, one above maxRoomLines is above the bound.
	functionLines, functionP90 int
	roomLines, maxRoomLines    int
	// wide are the rooms that may be of any size.
	wide []string
}

// family is a room with those that were split off from it: they are measured
// together, so that an arrow does not vanish by becoming one between packages.
type family struct {
	name string
	// rooms by their path in the module; "/..." stands for all below.
	rooms []string
	// but are rooms below that were never part of it.
	but []string
	// back is the bound of the arrows that run back; negative: there is none.
	back int
}

// eile is the plan of this module.
//
// The bounds of arrows are a third of what this program counts for commit 66ea112
// (make house BASE=66ea112): 22 in server, 32 in policy.
var eile = plan{
	families: []family{
		{
			name: "server", rooms: []string{"server/..."}, back: 22 / 3,
			but: []string{"server/casework/...", "server/night/...", "server/gateway/...", "server/eiled"},
		},
		{
			name: "policy", rooms: []string{"policy/..."}, back: 32 / 3,
			but: []string{"policy/day", "policy/duplicate", "policy/need", "policy/table", "policy/shipped"},
		},
		{name: "server/casework", rooms: []string{"server/casework/..."}, back: -1},
		{name: "server/night", rooms: []string{"server/night/..."}, back: -1},
		{name: "client/eile", rooms: []string{"client/eile/..."}, back: -1},
		{name: "store", rooms: []string{"store/..."}, back: -1},
	},
	flat: "server", flatFiles: 26,
	narrow: []string{"server/...", "policy/...", "client/eile/..."}, maxMethods: 15,
	functionLines: 60, functionP90: 30,
	roomLines: 1500, maxRoomLines: 2500, wide: []string{"client/eile"},
}

// has tells whether a room belongs to a family.
func (f family) has(room string) bool { return within(room, f.rooms) && !within(room, f.but) }

// within tells whether a room is one of those that patterns name.
func within(room string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		above, all := strings.CutSuffix(pattern, "/...")
		return room == above || all && strings.HasPrefix(room, above+"/")
	})
}
