package build

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestOf(t *testing.T) {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	got := of(&debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.0"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "73c47ad"}, {Key: "vcs.time", Value: "2026-11-28T03:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}})
	if want := (Info{"v1.2.0", "73c47ad", true, "go1.26.8", "2026-11-28T03:00:00Z", platform}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if line, want := got.Line("eile"), "eile v1.2.0 go1.26.8 "+platform; line != want {
		t.Errorf("got %q, want %q", line, want)
	}
	if got, want := of(&debug.BuildInfo{}), (Info{Version: "(devel)", Go: runtime.Version(), Platform: platform}); got != want {
		t.Errorf("of nothing %+v, want %+v", got, want)
	}
	if Read().Go == "" {
		t.Error("the running program has no version of Go")
	}
}
