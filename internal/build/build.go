// Package build tells which eile a program is, from what the Go command put into it.
//
// It promises one line and one record that both programs print. It imports the standard library
// only.
package build

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Info is which program this is. What the Go command did not know is empty: it knows no commit
// outside a repository.
type Info struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	// Changed says that the files were not those of the commit.
	Changed bool   `json:"changed"`
	Go      string `json:"go"`
	// Built is the moment of the commit, RFC 3339, so that the same commit gives the same program.
	Built    string `json:"built"`
	Platform string `json:"platform"`
}

// Read is the running program.
func Read() Info {
	read, ok := debug.ReadBuildInfo()
	if !ok {
		read = &debug.BuildInfo{}
	}
	return of(read)
}

func of(read *debug.BuildInfo) Info {
	info := Info{
		Version: cmp.Or(read.Main.Version, "(devel)"), Go: cmp.Or(read.GoVersion, runtime.Version()),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	for _, setting := range read.Settings {
		switch setting.Key {
		case "vcs.revision":
			info.Commit = setting.Value
		case "vcs.time":
			info.Built = setting.Value
		case "vcs.modified":
			info.Changed = setting.Value == "true"
		}
	}
	return info
}

// Line is the program in one line.
func (i Info) Line(program string) string {
	return fmt.Sprintf("%s %s %s %s", program, i.Version, i.Go, i.Platform)
}
