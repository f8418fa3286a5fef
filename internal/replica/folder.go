package replica

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pcc-platform/pcc/internal/journal/logclient"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

const (
	// Format is the version of the folder that this package reads and writes.
	Format = "pcc-replica/v1"

	aboutFile, epochsFile, leavesFile, entriesDir, lockFile = "replica.json", "epochs.jsonl", "leaves.jsonl", "entries", "lock"

	// maxLine bounds a line of a file: a record has at most 256 KiB, a leaf 1 MiB before base64.
	maxLine = 4 << 20
)

// ErrDamaged says that a folder is not what Sync has written.
var ErrDamaged = errors.New("replica: damaged")

// About says whose replica it is.
type About struct {
	Format string `json:"format"`
	// Member is the id of the member whose leaves it has.
	Member string `json:"member"`
	// Class is the member's in the directory, such as "garage": the quality of its data rests on it.
	Class string `json:"class"`
}

// Epoch is what is kept of an epoch.
type Epoch struct {
	Number uint64 `json:"number"`
	Record string `json:"record"`
	// Note is the cosigned checkpoint of the index that ends with the record.
	Note string `json:"note"`
}

// Leaf is a leaf of the member's stream.
type Leaf struct {
	Key  []byte `json:"key"`
	Leaf []byte `json:"leaf"`
}

// Folder is a replica on disk.
type Folder struct {
	dir   string
	About About
}

// Create makes the folder of a member's replica, or opens it if it is there and the member's.
func Create(dir string, about About) (*Folder, error) {
	about.Format = Format
	if f, err := Open(dir); err == nil || !errors.Is(err, os.ErrNotExist) {
		if err == nil && f.About != about {
			return nil, fmt.Errorf("replica: %s is of %s, a %s", dir, f.About.Member, f.About.Class)
		}
		return f, err
	}
	if err := os.MkdirAll(filepath.Join(dir, entriesDir), 0o700); err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	text, err := json.Marshal(about)
	if err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	return &Folder{dir, about}, writeSynced(filepath.Join(dir, aboutFile), append(text, '\n'))
}

// Open opens a replica. The error wraps os.ErrNotExist if there is none.
func Open(dir string) (*Folder, error) {
	text, err := os.ReadFile(filepath.Join(dir, aboutFile))
	if err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	f := &Folder{dir: dir}
	if err := json.Unmarshal(text, &f.About); err != nil || f.About.Format != Format {
		return nil, fmt.Errorf("%w: %s is not of the format %s", ErrDamaged, aboutFile, Format)
	}
	return f, nil
}

func (f *Folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f *Folder) entriesPath(stream string) string {
	return filepath.Join(f.dir, entriesDir, strings.ReplaceAll(stream, "/", "."))
}

// lines yields the whole lines of a file; none if there is no file. It returns the length of them all.
func lines(path string, see func(line []byte) error) (length int64, err error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("replica: %w", err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, maxLine)
	scanner.Split(wholeLines)
	for scanner.Scan() {
		length += int64(len(scanner.Bytes())) + 1
		if err := see(scanner.Bytes()); err != nil {
			return 0, err
		}
	}
	if err := scanner.Err(); err != nil {
		return 0, fmt.Errorf("replica: %s: %w", filepath.Base(path), err)
	}
	return length, nil
}

// wholeLines is bufio.ScanLines without what follows the last newline.
func wholeLines(data []byte, _ bool) (advance int, line []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	return 0, nil, nil
}

// eachEpoch yields the epochs in their order, and returns the length of the file that they take.
func (f *Folder) eachEpoch(see func(Epoch) error) (length int64, err error) {
	return lines(f.path(epochsFile), func(line []byte) error {
		var e Epoch
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrDamaged, epochsFile, err)
		}
		return see(e)
	})
}

// stream is that of the member's events.
func (f *Folder) stream() string { return "ingest/" + f.About.Member }

// match checks that leaves make the entries of the member's stream from a number on.
func (f *Folder) match(first uint64, leaves []Leaf) error {
	entries, err := f.entries(f.stream(), first, first+uint64(len(leaves)))
	if err != nil {
		return err
	}
	for i, l := range leaves {
		if string(l.Key) != string(entries[i].Key[:]) || proof.Commit(l.Leaf) != entries[i].Commitment {
			return fmt.Errorf("leaf %d is not the one that was journaled", first+uint64(i))
		}
	}
	return nil
}

// entries reads a part of a stream.
func (f *Folder) entries(stream string, first, end uint64) ([]proof.Entry, error) {
	file, err := os.Open(f.entriesPath(stream))
	if err != nil {
		return nil, fmt.Errorf("%w: entries of %s: %w", ErrDamaged, stream, err)
	}
	defer file.Close()
	encoded := make([]byte, int(end-first)*logclient.EntryBytes)                              // #nosec G115 -- a piece
	if _, err := file.ReadAt(encoded, int64(first)*int64(logclient.EntryBytes)); err != nil { // #nosec G115 -- below 2^54
		return nil, fmt.Errorf("%w: entries %d to %d of %s: %w", ErrDamaged, first, end, stream, err)
	}
	return logclient.Decode(encoded)
}

// appendSynced writes at the given place, which is the end of what counts, and cuts off what was behind it.
func appendSynced(path string, at int64, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("replica: %w", err)
	}
	_, err = file.WriteAt(content, at)
	if err == nil {
		err = file.Truncate(at + int64(len(content)))
	}
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("replica: %w", err)
	}
	return nil
}

func writeSynced(path string, content []byte) error { return appendSynced(path, 0, content) }

// lock keeps other processes from writing until the file is closed.
func (f *Folder) lock() (io.Closer, error) {
	file, err := os.OpenFile(f.path(lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	if err := tryLock(file); err != nil {
		return nil, errors.Join(fmt.Errorf("replica: another process writes to %s: %w", f.dir, err), file.Close())
	}
	return file, nil
}
