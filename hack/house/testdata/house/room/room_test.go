package room

import "testing"

func TestThere(*testing.T) { There(1) }
