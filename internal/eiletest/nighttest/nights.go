package nighttest

import (
	"crypto/sha256"
	"fmt"

	"github.com/rs/zerolog"

	"github.com/eile-housing/eile/allocation/verify"
	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

// Nights are those of a world.
type Nights struct {
	*eiletest.World
	Night *night.Night
}

// New is a world under a policy, with its nights.
func New(t eiletest.T, text string) *Nights {
	t.Helper()
	return Of(eiletest.New(t, text))
}

// Of are the nights of a world. Its runs go on until the test ends.
func Of(w *eiletest.World) *Nights {
	n := &Nights{World: w, Night: night.New(w.Register, []byte("a key of the service"), w, zerolog.Nop())}
	w.Cleanup(n.Night.Close)
	return n
}

// On are the nights of the same world on another store, as of another process.
func (n *Nights) On(db kv.DB) *Nights {
	n.Helper()
	return Of(n.World.On(db))
}

// Copied are the nights of a copy of the world, as after a kill.
func (n *Nights) Copied() *Nights {
	n.Helper()
	return Of(n.World.Copied())
}

// End closes the nights and checks the world before the test ends.
func (n *Nights) End() {
	n.Helper()
	n.Night.Close()
	n.World.End()
}

// Run starts the night of today and waits for it.
func (n *Nights) Run() (*eilev1.Run, error) {
	n.Helper()
	run, err := n.Night.Start(n.Context(), n.Timer(), n.Today)
	if err != nil {
		return nil, err
	}
	return n.Night.Wait(n.Context(), run.GetId())
}

// Timer is the stamp of a night that a timer starts, so that anybody may approve it.
func (n *Nights) Timer() store.Stamp {
	n.Helper()
	stamp := n.Stamp("run.start")
	stamp.Actor = "batch"
	return stamp
}

// MustRun runs the night of today, which must rest.
func (n *Nights) MustRun() *eilev1.Run {
	n.Helper()
	run, err := n.Run()
	if err != nil {
		n.Fatal(err)
	}
	return run
}

// Complete runs the night of today to its end, with the approval that it needs.
func (n *Nights) Complete() (*eilev1.Run, error) {
	n.Helper()
	run, err := n.Run()
	if err != nil || run.GetState() != eilev1.RunState_RUN_STATE_MATCHED {
		return run, err
	}
	if err := n.Night.Approve(n.Context(), n.Stamp("run.approve"), run.GetId(), "", eiletest.By("D-1")); err != nil {
		return nil, err
	}
	return n.Night.Wait(n.Context(), run.GetId())
}

// Matches of a run, in legal order.
func (n *Nights) Matches(run string) []*eilev1.Run_Match {
	n.Helper()
	matches, err := evidence.Matches(n.Context(), n.Register, run)
	if err != nil {
		n.Fatal(err)
	}
	return matches
}

// Skips are the matches of a run that could not become offers.
func (n *Nights) Skips(run string) []*eilev1.Run_Skip {
	n.Helper()
	skips, err := evidence.Skips(n.Context(), n.Register, run)
	if err != nil {
		n.Fatal(err)
	}
	return skips
}

// Offers of a run that are open, as APPLICATION UNIT.
func (n *Nights) Offers(run string) (found []string) {
	n.Helper()
	for _, offer := range eiletest.All(n.World, store.Offers) {
		if offer.GetRun() == run && offer.GetStatus() == eilev1.OfferStatus_OFFER_STATUS_OPEN {
			found = append(found, offer.GetApplication()+" "+offer.GetUnit())
		}
	}
	return found
}

// Files of the evidence of a run.
func (n *Nights) Files(run string) map[string][]byte {
	n.Helper()
	files := map[string][]byte{}
	err := evidence.Send(n.Context(), n.Register, run, func(file string, piece []byte) error {
		files[file] = append(files[file], piece...)
		return nil
	})
	if err != nil {
		n.Fatal(err)
	}
	return files
}

// Evident holds the files of a run against the verifier, and its hashes against
// the files.
func (n *Nights) Evident(run *eilev1.Run) {
	n.Helper()
	files := n.Files(run.GetId())
	instances, outcomes := sha256.New(), sha256.New()
	for _, ending := range []string{".json", ".2.json"}[:run.GetRounds()] {
		instance, outcome := files["instance"+ending], files["outcome"+ending]
		instances.Write(instance)
		outcomes.Write(outcome)
		violations, err := verify.Check(instance, outcome)
		if err != nil || len(violations) > 0 {
			n.Errorf("%s: %v %q\n%s\n%s", ending, err, violations, instance, outcome)
		}
	}
	if len(files) != 2*int(run.GetRounds()) {
		n.Errorf("%d rounds have %d files", run.GetRounds(), len(files))
	}
	if fmt.Sprintf("%x", instances.Sum(nil)) != run.GetInstanceSha256() || fmt.Sprintf("%x", outcomes.Sum(nil)) != run.GetOutcomeSha256() {
		n.Errorf("the hashes of run %v are not those of its files", run)
	}
}
