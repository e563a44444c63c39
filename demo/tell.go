package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// teller runs commands and shows them with their output. The first error ends
// the story.
type teller struct {
	ctx    context.Context //nolint:containedctx // a teller is one call
	out    io.Writer
	eile   string
	server string
	err    error
}

// run runs a command and returns what it printed.
func (t *teller) run(args ...string) []byte {
	if t.err != nil {
		return nil
	}
	command := exec.CommandContext(t.ctx, t.eile, append([]string{"--server", t.server}, args...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.err = fmt.Errorf("eile %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.Bytes()
}

// show runs a command and shows it with the first lines of its output.
func (t *teller) show(lines int, args ...string) {
	printed := t.run(args...)
	if t.err != nil {
		return
	}
	shown := make([]string, len(args))
	for i, arg := range args {
		shown[i] = arg
		if filepath.IsAbs(arg) {
			shown[i] = filepath.Base(arg)
		}
		if strings.Contains(arg, " ") {
			shown[i] = "'" + arg + "'"
		}
	}
	fmt.Fprintf(t.out, "$ eile %s\n", strings.Join(shown, " "))
	all := strings.Split(strings.TrimRight(string(printed), "\n"), "\n")
	for i, line := range all {
		if lines > 0 && i == lines {
			fmt.Fprintf(t.out, "… %d more lines\n", len(all)-lines)
			break
		}
		fmt.Fprintln(t.out, line)
	}
	fmt.Fprintln(t.out)
}

// read runs a command for its JSON.
func (t *teller) read(into any, args ...string) {
	printed := t.run(append(args, "-o", "json")...)
	if t.err == nil {
		t.err = json.Unmarshal(printed, into)
	}
}

func (t *teller) say(format string, args ...any) {
	if t.err == nil {
		fmt.Fprintf(t.out, format+"\n", args...)
	}
}

type (
	position struct{ Position, Waiting, Ahead int }
	offer    struct{ ID, Application, Unit string }
	night    struct {
		ID, State                   string
		Vacancies, Matched, Flagged int
		OffersCreated               int `json:"offers_created"`
	}
	flow struct {
		List             string
		Opening, Closing int
		Came, Left       []struct {
			Name  string
			Count int
		}
	}
)

// followed is the applicant whose place is shown before and after: one who
// stands behind those whom the night may house.
const followed = "DEMO-0400"

func (t *teller) tell(files drawn) {
	t.say("# eile: %d synthetic households (groups as in Vilnius), %d homes, one night\n", waitingHouseholds, homesInAll)
	t.show(0, "policy", "activate", "lt-vilnius")
	t.show(0, "import", "applications", files.applications, "--codes", files.codes)
	t.show(0, "import", "units", files.units)
	t.show(6, "queue", "--limit", "5")
	var before, after position
	t.read(&before, "position", followed)
	t.show(6, "flag", "list")
	t.show(0, "run", "start")
	var runs struct{ Runs []night }
	t.read(&runs, "run", "list")
	if t.err != nil || len(runs.Runs) == 0 {
		return
	}
	t.show(0, "run", "approve", runs.Runs[0].ID, "--decision", "A-1/2017", "--reason", "demo", "--as", "ona")
	var offers struct{ Offers []offer }
	t.read(&offers, "offer", "list")
	for _, made := range offers.Offers {
		t.run("offer", "serve", made.ID)
		t.run("offer", "accept", made.ID)
		t.run("tenancy", "contract", made.ID)
	}
	t.read(&after, "position", followed)
	t.read(&runs, "run", "list")
	t.summary(runs.Runs[0], offers.Offers, before, after)
}

// summary is what a council would read, and the check that the figures
// reconcile.
func (t *teller) summary(run night, offers []offer, before, after position) {
	var stats struct {
		Lists    []flow
		Lettings int
		Flagged  int
	}
	t.read(&stats, "stats")
	if t.err != nil {
		return
	}
	t.say("# The night of %s in short\n", run.ID)
	t.say("vacant and fit homes     %d", run.Vacancies)
	t.say("homes flagged as unfit   %d", run.Flagged)
	t.say("offers made              %d", run.OffersCreated)
	t.say("lettings                 %d", stats.Lettings)
	for i, made := range offers {
		if i == 5 {
			t.say("  … and %d more", len(offers)-5)
			break
		}
		t.say("  %s was offered %s", made.Application, made.Unit)
	}
	t.say("%s before the night   place %d of %d", followed, before.Position, before.Waiting)
	t.say("%s after the lettings place %d of %d", followed, after.Position, after.Waiting)
	for _, list := range stats.Lists {
		t.reconcile(list)
	}
}

func (t *teller) reconcile(list flow) {
	sum := list.Opening
	parts := []string{fmt.Sprintf("%d at the start", list.Opening)}
	for _, came := range list.Came {
		sum += came.Count
		parts = append(parts, fmt.Sprintf("+ %d %s", came.Count, came.Name))
	}
	for _, left := range list.Left {
		sum -= left.Count
		parts = append(parts, fmt.Sprintf("− %d %s", left.Count, left.Name))
	}
	t.say("list %s: %s = %d", list.List, strings.Join(parts, " "), list.Closing)
	if sum != list.Closing && t.err == nil {
		t.err = fmt.Errorf("list %s does not reconcile: %d by counting, %d by adding", list.List, list.Closing, sum)
	}
}
