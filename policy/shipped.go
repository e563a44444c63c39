package policy

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed shipped/*.yaml
var shipped embed.FS

// Shipped names the policies that come with the program, in order of name.
func Shipped() []string {
	entries, err := fs.ReadDir(shipped, "shipped")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// ShippedSource returns the text of a shipped policy.
func ShippedSource(name string) ([]byte, bool) {
	source, err := shipped.ReadFile("shipped/" + name + ".yaml")
	return source, err == nil
}
