package proc

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

const (
	// maxLogBytes is the size above which a log is cut when its process starts; keptLogBytes of its end survive.
	maxLogBytes  = 8 << 20
	keptLogBytes = 1 << 20
	// tailBytes is how much of a log goes into the error of a process that did not become ready.
	tailBytes = 2 << 10
)

// openLog opens the log at path for appending, after cutting an overgrown one to its most recent part.
func openLog(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxLogBytes {
		kept, err := tail(path, keptLogBytes)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, kept, 0o600); err != nil {
			return nil, fmt.Errorf("cut log: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return f, nil
}

// tail returns at most limit bytes of the end of the file at path, from the start of a line where it can.
func tail(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("stat log: %w", err)
	}
	offset := max(0, info.Size()-limit)
	text, err := io.ReadAll(io.NewSectionReader(f, offset, limit))
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	if offset > 0 {
		if _, rest, found := bytes.Cut(text, []byte("\n")); found {
			text = rest
		}
	}
	return text, nil
}
