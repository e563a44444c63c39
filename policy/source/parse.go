package source

// Parse reads the text of a policy file; file names it in errors. The error joins every Fault of
// the text.
func Parse(file string, text []byte) (*File, error) {
	faults := NewFaults(file)
	var out File
	decoder{faults}.decode(text, &out)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return &out, nil
}
