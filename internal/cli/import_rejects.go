package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/pcc-platform/pcc/internal/history"
)

// rejectsFile keeps the rejected rows of an import, one a line as JSON. Without a path it keeps none.
type rejectsFile struct {
	file *os.File
	out  *bufio.Writer
	rows *json.Encoder
}

// rejectedLine is one line of the file. It says where the row is, and never what stands in it.
type rejectedLine struct {
	Line   int    `json:"line"`
	Row    int    `json:"row"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

func newRejectsFile(path string) (*rejectsFile, error) {
	if path == "" {
		return &rejectsFile{}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("rejects: %w", err)
	}
	out := bufio.NewWriter(file)
	return &rejectsFile{file: file, out: out, rows: json.NewEncoder(out)}, nil
}

func (f *rejectsFile) write(r history.Rejection) error {
	if f.file == nil {
		return nil
	}
	return f.rows.Encode(rejectedLine{Line: r.Line, Row: r.Row, Code: string(r.Code), Reason: r.Reason})
}

func (f *rejectsFile) close() error {
	if f.file == nil {
		return nil
	}
	return errors.Join(f.out.Flush(), f.file.Close())
}

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
