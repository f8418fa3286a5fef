package witness

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

var steps = []string{stepCreate, stepWrite, stepSync, stepRename, stepSyncDir}

// folderOf returns options that open the same witness again and again.
func folderOf(t *testing.T, log *witnesstest.Log) Options {
	t.Helper()
	return Options{
		Folder:   filepath.Join(t.TempDir(), "witness"),
		Cosigner: witnesstest.NewCosigner(t, "example.com/witness"),
		Logs:     []checkpoint.Log{log.Known()},
	}
}

func TestAFailedWriteIsNeverAnsweredNorForgotten(t *testing.T) {
	errDisk := errors.New("disk fails")
	log := witnesstest.NewLog(t, origin).Grow(30, "")
	for _, failing := range steps {
		opts := folderOf(t, log)
		w := open(t, opts)
		if err := add(t, w, log, 0, 5); err != nil {
			t.Fatal(err)
		}
		w.store.step = func(step string) error {
			if step == failing {
				return errDisk
			}
			return nil
		}
		if err := add(t, w, log, 5, 9); !errors.Is(err, ErrUnavailable) || !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", failing, err)
		}
		if size(w) != 5 {
			t.Errorf("%s: size %d is remembered and may not be on disk", failing, size(w))
		}
		w.store.step = nil
		inDoubt := failing == stepRename || failing == stepSyncDir
		if err := add(t, w, log, 5, 9); errors.Is(err, errInDoubt) != inDoubt || (err == nil) == inDoubt {
			t.Errorf("%s: afterwards %v", failing, err)
		}
		if err := w.Ready(t.Context()); errors.Is(err, errInDoubt) != inDoubt {
			t.Errorf("%s: ready %v", failing, err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, opts)
		last := size(again)
		if last != 5 && last != 9 {
			t.Errorf("%s: size %d after a restart", failing, last)
		}
		if err := add(t, again, log, last, 30); err != nil {
			t.Errorf("%s: after a restart %v", failing, err)
		}
	}
}

func TestAWriteIsSyncedBeforeAndAfterItIsNamed(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	w := open(t, folderOf(t, log))
	var made []string
	w.store.step = func(step string) error {
		made = append(made, step)
		return nil
	}
	if err := add(t, w, log, 0, 5); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(made, steps) {
		t.Errorf("%q, want %q", made, steps)
	}
}

func TestAFolderHasOneProcess(t *testing.T) {
	log := witnesstest.NewLog(t, origin)
	opts := folderOf(t, log)
	w := open(t, opts)
	second := w.opts
	if _, err := Open(second); !errors.Is(err, errLocked) {
		t.Errorf("a second witness opens the folder: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, opts)
}

func TestDamageIsNamed(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(30, "")
	fork := log.Fork(6).Grow(30, "fork")
	opts := folderOf(t, log)
	w := open(t, opts)
	if err := errors.Join(add(t, w, log, 0, 5), add(t, w, log, 5, 9)); err != nil {
		t.Fatal(err)
	}
	caught := new(EquivocationError)
	if err := w.Examine(t.Context(), fork.Checkpoint(9)); !errors.As(err, &caught) {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(opts.Folder, wire.LogID(origin))
	note := filepath.Join(folder, "checkpoints", "00000000000000000005.note")
	doc := filepath.Join(folder, "evidence", caught.ID+".json")
	for name, damage := range map[string]struct {
		path   string
		change func([]byte) []byte
	}{
		"a flipped bit in a note":     {note, func(b []byte) []byte { b[len(origin)+1] ^= 1; return b }},
		"half a note":                 {note, func(b []byte) []byte { return b[:len(b)/2] }},
		"an empty note":               {note, func([]byte) []byte { return nil }},
		"a note that is too long":     {note, func(b []byte) []byte { return append(b, make([]byte, checkpoint.MaxNoteBytes)...) }},
		"a flipped bit in evidence":   {doc, func(b []byte) []byte { b[len(b)/2] ^= 1; return b }},
		"a note under another name":   {filepath.Join(folder, "checkpoints", "00000000000000000006.note"), nil},
		"a file that is none of ours": {filepath.Join(folder, "evidence", "notes.txt"), nil},
	} {
		before, err := os.ReadFile(note)
		if damage.change != nil {
			before, err = os.ReadFile(damage.path)
		}
		if err != nil {
			t.Fatal(err)
		}
		changed := before
		if damage.change != nil {
			changed = damage.change(bytes.Clone(before))
		}
		if err := os.WriteFile(damage.path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		full := opts
		full.Logger = w.opts.Logger
		if again, err := Open(full); !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), damage.path) {
			t.Errorf("%s: %v, %v", name, again, err)
		}
		restore := func() error { return os.WriteFile(damage.path, before, 0o600) }
		if damage.change == nil {
			restore = func() error { return os.Remove(damage.path) }
		}
		if err := restore(); err != nil {
			t.Fatal(err)
		}
	}
	if w := open(t, opts); size(w) != 9 {
		t.Errorf("restored to size %d", size(w))
	}
}

func TestAnotherKeyNeedsAnotherFolder(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	opts := folderOf(t, log)
	w := open(t, opts)
	if err := errors.Join(add(t, w, log, 0, 5), w.Close()); err != nil {
		t.Fatal(err)
	}
	opts.Cosigner, opts.Logger = witnesstest.NewCosigner(t, "example.com/other"), w.opts.Logger
	if _, err := Open(opts); !errors.Is(err, errDamaged) {
		t.Error(err)
	}
}

func TestTheOldestCheckpointsAreForgotten(t *testing.T) {
	const beyond = 3
	log := witnesstest.NewLog(t, origin).Grow(MaxRemembered+beyond, "")
	opts := folderOf(t, log)
	w := open(t, opts)
	for to := uint64(1); to <= log.Size(); to++ {
		if err := add(t, w, log, to-1, to); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, opts)
	_, forgotten := again.store.at(wire.LogID(origin), beyond)
	_, oldest := again.store.at(wire.LogID(origin), beyond+1)
	if forgotten || !oldest || size(again) != log.Size() {
		t.Errorf("size %d: %t, %t", size(again), forgotten, oldest)
	}
}
