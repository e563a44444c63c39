package main

import (
	"embed"
	"strings"

	"github.com/spf13/cobra"
)

// about holds what a manual says of a command where that is more than a few lines: a file each,
// named by the words of the command. A test holds that each is of one.
//
//go:embed about
var about embed.FS

// addAbout puts each text into its command.
func addAbout(root *cobra.Command) {
	for name, text := range aboutCommands() {
		if cmd, _, err := root.Find(strings.Fields(name)); err == nil {
			cmd.Long = text
		}
	}
}

// aboutCommands are the texts by the words of their commands.
func aboutCommands() map[string]string {
	texts := map[string]string{}
	// What is embedded can be read.
	files, _ := about.ReadDir("about")
	for _, file := range files {
		text, _ := about.ReadFile("about/" + file.Name())
		texts[strings.ReplaceAll(strings.TrimSuffix(file.Name(), ".txt"), "_", " ")] = strings.TrimSpace(string(text))
	}
	return texts
}
