package history

import (
	"errors"
	"fmt"
	"os"
)

var (
	// ErrUnknownFormat says that no format has the name asked for.
	ErrUnknownFormat = errors.New("history: unknown format")
	// ErrNoFile says that a format reads a file and none was named.
	ErrNoFile = errors.New("history: the format needs a file")
)

// FormatSample names the generated sample, the only format without a file.
const FormatSample = "sample"

// Format is one way histories are written.
type Format struct {
	Name    string
	Summary string
	// parse is nil for the generated sample.
	parse lineFormat
}

// Formats returns all formats, the default first.
func Formats() []Format {
	return []Format{
		{Name: FormatSample, Summary: "generated histories with the gaps and errors of real ones; needs no file"},
		{Name: "jsonl", Summary: "one vehicle a line as JSON, what a written sample looks like", parse: parseJSONL},
		{Name: "fr-inspections", Summary: "French technical inspections, one vehicle a line as JSON", parse: parseFrInspections},
	}
}

// Open returns the source of a format. A file may be compressed with gzip. The
// sample takes its settings from sample; other formats ignore them.
//
// Errors: [ErrUnknownFormat], [ErrNoFile], or what opening the file yields.
func Open(format, path string, sample SampleConfig) (Source, error) {
	parse, err := find(format)
	switch {
	case err != nil:
		return nil, err
	case parse == nil:
		return NewSample(sample)
	case path == "":
		return nil, fmt.Errorf("%w: %s", ErrNoFile, format)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	source, err := newFileSource(file, parse)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return source, nil
}

func find(name string) (lineFormat, error) {
	for _, format := range Formats() {
		if format.Name == name {
			return format.parse, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownFormat, name)
}
