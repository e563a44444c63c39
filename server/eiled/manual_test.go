package main

import (
	"testing"

	"github.com/eile-housing/eile/internal/manual"
)

func TestManuals(t *testing.T) {
	manual.Write(t, newRoot(new(bool)))
}
