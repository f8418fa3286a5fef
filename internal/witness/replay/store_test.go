package replay_test

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/pcc-platform/pcc/internal/witness/replay"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

func TestAFileOfAnotherLogIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "replay.db")
	p := witnesstest.NewPlatform(t, origin)
	if err := open(t, file, p).Close(); err != nil {
		t.Fatal(err)
	}
	_, err := replay.Open(replay.Options{File: file, Origin: "another", Source: p, Logger: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, replay.ErrDamaged) {
		t.Error(err)
	}
}

func TestOneProcessHasTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "replay.db")
	p := witnesstest.NewPlatform(t, origin)
	f := open(t, file, p)
	defer f.Close()
	_, err := replay.Open(replay.Options{File: file, Origin: origin, Source: p, Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Error("opened twice")
	}
}

func TestAChangedFileIsNoticed(t *testing.T) {
	for name, change := range map[string]func(tx *bbolt.Tx) error{
		"a list is gone": func(tx *bbolt.Tx) error {
			k, _ := tx.Bucket([]byte("lists")).Cursor().First()
			return tx.Bucket([]byte("lists")).Delete(k)
		},
		"a list is short": func(tx *bbolt.Tx) error {
			k, _ := tx.Bucket([]byte("lists")).Cursor().First()
			return tx.Bucket([]byte("lists")).Put(k, []byte{1})
		},
		"the state is old": func(tx *bbolt.Tx) error { return tx.Bucket([]byte("state")).Delete([]byte("state")) },
		"a root is another": func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("roots")).Put([]byte{7: 3}, make([]byte, 32))
		},
		"a root is gone": func(tx *bbolt.Tx) error { return tx.Bucket([]byte("roots")).Delete([]byte{7: 3}) },
		"no record":      func(tx *bbolt.Tx) error { return tx.Bucket([]byte("state")).Put([]byte("record"), []byte("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "replay.db")
			p := witnesstest.NewPlatform(t, origin)
			grow(p, 3)
			f := open(t, file, p)
			approved(t, f, at(p, 3))
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := bbolt.Open(file, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(change), db.Close()); err != nil {
				t.Fatal(err)
			}
			_, err = replay.Open(replay.Options{File: file, Origin: origin, Source: p, Logger: slog.New(slog.DiscardHandler)})
			if !errors.Is(err, replay.ErrDamaged) {
				t.Error(err)
			}
		})
	}
}

func TestAFailedWriteStopsEverything(t *testing.T) {
	file := filepath.Join(t.TempDir(), "replay.db")
	p := witnesstest.NewPlatform(t, origin)
	grow(p, 3)
	f := open(t, file, p)
	approved(t, f, at(p, 2))
	f.SetStep(func(name string) error {
		if name == "write the state" {
			return errors.New("disk full")
		}
		return nil
	})
	if f.Approve(t.Context(), at(p, 3)) == nil || f.Approve(t.Context(), at(p, 2)) == nil || f.Ready(t.Context()) == nil {
		t.Error("it goes on")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	// The epoch is another one now: nothing of the one that was half written may be left.
	q := witnesstest.NewPlatform(t, origin)
	grow(q, 2)
	q.Journal("ingest/oem", 7)
	q.Cut(now)
	f = open(t, file, q)
	defer f.Close()
	if got := f.Status(); got.Epoch != 2 {
		t.Errorf("epoch %d", got.Epoch)
	}
	approved(t, f, at(q, 3))
}

func TestOldRootsAreForgotten(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	for range replay.MaxRoots + 2 {
		p.Cut(now)
	}
	f := follow(t, p)
	approved(t, f, at(p, p.Size()))
	approved(t, f, at(p, 3))
	if err := f.Approve(t.Context(), at(p, 2)); err == nil {
		t.Error("the root of epoch 2 is still there")
	}
}

// The environment of a test binary that is a follower to be killed, and not tests.
const (
	childFile = "REPLAY_TEST_FILE"
	childStep = "REPLAY_TEST_STEP" // number of the change of the file at which it dies
)

func TestMain(m *testing.M) {
	if os.Getenv(childFile) == "" {
		m.Run()
		return
	}
	testing.Init()
	os.Args = append(os.Args[:1], "-test.run=^TestChild$", "-test.count=1")
	m.Run()
}

// killable makes the same platform in every process: its last epoch is written in several transactions.
func killable(t *testing.T) *witnesstest.Platform {
	t.Helper()
	p := witnesstest.NewPlatform(t, origin)
	grow(p, 2)
	for i := range 2*replay.ListsPerWrite + 10 {
		p.Journal("ingest/oem", 1+i)
	}
	p.Cut(now)
	return p
}

// TestChild is the follower that kills itself; as a test it does nothing.
func TestChild(t *testing.T) {
	file := os.Getenv(childFile)
	if file == "" {
		return
	}
	last, err := strconv.Atoi(os.Getenv(childStep))
	if err != nil {
		t.Fatal(err)
	}
	p := killable(t)
	f := open(t, file, p)
	approved(t, f, at(p, 2))
	fmt.Println("at 2")
	steps := 0
	f.SetStep(func(string) error {
		if steps++; steps == last {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return nil
	})
	approved(t, f, at(p, 3))
	fmt.Println("at 3")
}

// TestAKilledFollowerGoesOn kills a follower before each change of its file.
func TestAKilledFollowerGoesOn(t *testing.T) {
	p := killable(t)
	for step, done := 1, false; !done; step++ {
		file := filepath.Join(t.TempDir(), "replay.db")
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		// What a killed process leaves is removed with the test.
		cmd.Env = append(os.Environ(), childFile+"="+file, childStep+"="+strconv.Itoa(step), "TMPDIR="+t.TempDir())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		began := false
		for lines.Scan() {
			began = began || lines.Text() == "at 2"
			done = done || lines.Text() == "at 3"
		}
		if err := cmd.Wait(); !began || (err == nil) != done {
			t.Fatalf("step %d: began %t, done %t, %v", step, began, done, err)
		}
		f := open(t, file, p)
		if want := map[bool]uint64{false: 2, true: 3}[done]; f.Status().Epoch != want {
			t.Errorf("step %d: epoch %d, want %d", step, f.Status().Epoch, want)
		}
		approved(t, f, at(p, 3))
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if done && step != 5 {
			t.Errorf("%d changes of the file, want 4", step-1)
		}
	}
}
