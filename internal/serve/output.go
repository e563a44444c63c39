package serve

import (
	"bytes"
	"sync"
)

// firstLine hands on the first line that is written to it, and drops the rest.
type firstLine struct {
	is   chan string // takes one line
	text []byte
	said bool
}

func (f *firstLine) Write(data []byte) (int, error) {
	if f.said {
		return len(data), nil
	}
	f.text = append(f.text, data...)
	if end := bytes.IndexByte(f.text, '\n'); end >= 0 {
		f.said = true
		f.is <- string(f.text[:end+1])
	}
	return len(data), nil
}

// tailBytes of a log are told with an error.
const tailBytes = 16 << 10

// tail keeps the end of what is written to it, safe to read meanwhile.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(data []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, data...)
	if len(t.text) > 2*tailBytes {
		t.text = append(t.text[:0], t.text[len(t.text)-tailBytes:]...)
	}
	return len(data), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text[max(0, len(t.text)-tailBytes):])
}
