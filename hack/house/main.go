// Command house measures how the rooms of the module hang together, and fails
// where a measure is above its bound.
//
// A node is a file without tests and generated code. An arrow runs from the file
// that uses a package-level name or a method to the file that declares it; a
// method that is called through an embedded type counts to the file that
// declares the method, a method of an interface to the file that declares the
// interface, and fields do not count. The files of a family of rooms stand in the
// order that makes the fewest arrows run back, and those are counted. An
// interface or a closure that only hides an arrow is not seen here; a reader has
// to count it.
//
// It reads the source of a module and writes nothing. It imports nothing of ours.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	dir := flag.String("dir", ".", "folder of the module")
	verbose := flag.Bool("v", false, "print each arrow that runs back, with the names that make it")
	check := flag.Bool("check", false, "fail where a measure is above its bound")
	flag.Parse()
	if err := run(os.Stdout, *dir, eile, *verbose, *check); err != nil {
		fmt.Fprintln(os.Stderr, "house:", err)
		os.Exit(1)
	}
}

// errBound tells that the house is not as it should be; what is wrong is printed.
var errBound = errors.New("a measure is above its bound")

func run(out io.Writer, dir string, p plan, verbose, check bool) error {
	h, err := load(dir)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	r := &report{out: w, plan: p, house: h, verbose: verbose, check: check}
	r.families()
	r.rooms()
	r.types()
	r.functions()
	if err := w.Flush(); err != nil {
		return err
	}
	if check && r.above {
		return errBound
	}
	return nil
}
