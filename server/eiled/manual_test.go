package main

import (
	"testing"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/internal/manual"
)

func TestManuals(t *testing.T) {
	manual.Write(t, newRoot(new(bool)))
}

func TestExamplesCanBeTyped(t *testing.T) {
	manual.CheckExamples(t, func() *cobra.Command { return newRoot(new(bool)) })
}
