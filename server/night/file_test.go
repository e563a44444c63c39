package night

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// A file is read as it was written, whatever its size and the sizes of its
// writes, also over what a longer one left.
func TestFiles(t *testing.T) {
	w := newTown(t.Context(), t, rulesOf("choice", "", "rank", "none"))
	defer w.db.Close()
	rapid.Check(t, func(rt *rapid.T) {
		// Drawn bytes do not compress.
		noise := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(rt, "noise")
		file := bytes.Repeat(noise, rapid.SampledFrom([]int{0, 1, 1000, 40_000}).Draw(rt, "times"))
		step := rapid.IntRange(1, 1<<20).Draw(rt, "step")
		err := w.night.keepFile(w.ctx, "run", "file", w.rules(), func(to io.Writer) error {
			for rest := file; len(rest) > 0; {
				n := min(step, len(rest))
				if _, err := to.Write(rest[:n]); err != nil {
					return err
				}
				rest = rest[n:]
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		read, err := w.night.readFile(w.ctx, "run", "file")
		if err != nil || !bytes.Equal(read, file) {
			rt.Errorf("%d bytes were written and %d read: %v", len(file), len(read), err)
		}
	})
}

// TestPieces cuts what is longer than a record holds.
func TestPieces(t *testing.T) {
	for _, size := range []int{0, 1, store.EvidencePiece, store.EvidencePiece + 1, 3*store.EvidencePiece + 7} {
		var kept [][]byte
		lasts := 0
		p := &pieces{put: func(number int, piece []byte, last bool) error {
			if number != len(kept) || len(piece) > store.EvidencePiece || lasts > 0 {
				t.Errorf("piece %d of %d bytes after %d", number, len(piece), len(kept))
			}
			if last {
				lasts++
			}
			kept = append(kept, bytes.Clone(piece))
			return nil
		}}
		file := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		for rest := file; len(rest) > 0; {
			n := min(700_000, len(rest))
			p.Write(rest[:n])
			rest = rest[n:]
		}
		if err := p.close(); err != nil || lasts != 1 || !bytes.Equal(bytes.Join(kept, nil), file) {
			t.Errorf("%d bytes came back as %d pieces, %d of them last: %v", size, len(kept), lasts, err)
		}
	}
}

// Evidence that is not what the run recorded is told, not passed on as if it was.
func TestEvidenceThatWasChanged(t *testing.T) {
	w := newTown(t.Context(), t, rulesOf("choice", "", "rank", "none"))
	defer w.db.Close()
	w.household("A-1", 3)
	w.household("A-2", 2)
	w.home("U-1", 1, "north", "")
	w.home("U-2", 1, "south", "")
	w.home("U-3", 1, "west", "")
	run := w.mustRun()
	original := w.files(run.GetId())[instanceFile(0)]
	played, err := w.night.readRound(w.ctx, run.GetId(), 0, original)
	if err != nil {
		t.Fatal(err)
	}
	send := func(string, []byte) error { return nil }
	for name, change := range map[string]func() error{
		"the instance": func() error {
			return w.night.keepFile(w.ctx, run.GetId(), instanceFile(0), w.rules(), func(to io.Writer) error {
				_, err := io.WriteString(to, strings.Replace(string(original), `"count": 1`, `"count": 2`, 1))
				return err
			})
		},
		"the seats": func() error {
			kept := proto.CloneOf(played.kept)
			kept.Seats[0].Class = 2
			return w.night.keepRecord(w.ctx, run.GetId(), roundFile(0), w.rules(), kept)
		},
		"the record": func() error {
			return w.night.keepRecord(w.ctx, run.GetId(), roundFile(0), w.rules(), &eilev1.RunRound{})
		},
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if err := w.night.Evidence(w.ctx, run.GetId(), send); err == nil {
			t.Errorf("%s was changed and nobody is told", name)
		}
		err := errors.Join(
			w.night.keepRecord(w.ctx, run.GetId(), roundFile(0), w.rules(), played.kept),
			w.night.keepFile(w.ctx, run.GetId(), instanceFile(0), w.rules(), func(to io.Writer) error {
				_, err := to.Write(original)
				return err
			}),
		)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.night.Evidence(w.ctx, run.GetId(), send); err != nil {
		t.Errorf("as it was: %v", err)
	}
}

// A run that has not matched has no evidence, whatever a killed one left.
func TestNoEvidenceBeforeTheMatch(t *testing.T) {
	w := small(t, rulesOf("choice", "", "rank", "none"))
	run, err := w.night.Start(w.ctx, w.stamp("run.start"), w.today)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.night.keepRecord(w.ctx, run.GetId(), matchesFile, w.rules(), &eilev1.RunMatches{Matches: []*eilev1.Run_Match{{}}}); err != nil {
		t.Fatal(err)
	}
	if err := w.night.Evidence(w.ctx, run.GetId(), func(string, []byte) error { return nil }); err == nil {
		t.Error("a run that has not matched has evidence")
	}
	if matches, err := w.night.Matches(w.ctx, run.GetId()); err != nil || len(matches.GetMatches()) != 0 {
		t.Errorf("a run that has not matched has matches: %v, %v", matches, err)
	}
}
