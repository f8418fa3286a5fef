package replica_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/replica"
)

var oem = replica.About{Member: "oem", Class: "maker"}

func quiet(uint64, uint64, uint64) {}

// populated has three epochs, the last of which is taken in a Sync of its own.
func populated(t *testing.T) (*platform, string) {
	t.Helper()
	p, dir := newPlatform(t), filepath.Join(t.TempDir(), "replica")
	p.journal("ingest/oem", 7)
	p.journal("ingest/garage", 4)
	p.cut()
	p.journal("ingest/oem", 5)
	p.cut()
	sync(t, p, dir)
	p.journal("keys/oem", 2)
	p.journal("ingest/garage", 9)
	p.cut()
	p.journal("ingest/oem", 1) // in no epoch yet
	sync(t, p, dir)
	return p, dir
}

func sync(t *testing.T, p *platform, dir string) {
	t.Helper()
	f, err := replica.Create(dir, oem)
	must(t, err)
	must(t, f.Sync(t.Context(), p, p.policy(), quiet))
}

func replay(t *testing.T, p *platform, dir string) (replica.Report, error) {
	t.Helper()
	f, err := replica.Open(dir)
	if err != nil {
		return replica.Report{}, err
	}
	var leaves uint64
	report, err := f.Replay(t.Context(), p.policy(), func(number uint64, _ replica.Leaf) error {
		if number != leaves {
			t.Errorf("leaf %d after %d", number, leaves)
		}
		leaves++
		return nil
	})
	return report, err
}

func TestAReplicaIsKeptAndReplayed(t *testing.T) {
	p, dir := populated(t)
	report, err := replay(t, p, dir)
	if err != nil || report.Epochs != 3 || report.Entries != 27 || report.Lists != 4 || report.Leaves != 12 || len(report.Differences) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if _, err := replica.Create(dir, replica.About{Member: "garage", Class: "garage"}); err == nil {
		t.Error("another member's replica was opened")
	}
}

// TestWhateverIsChangedIsFound spoils one byte or line after the other of what is on disk.
func TestWhateverIsChangedIsFound(t *testing.T) {
	p, dir := populated(t)
	var files []string
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "lock" {
			files = append(files, path)
		}
		return err
	}))
	if len(files) != 6 {
		t.Fatalf("files %q", files)
	}
	for _, file := range files {
		whole, err := os.ReadFile(file)
		must(t, err)
		for at := 0; at < len(whole); at += 1 + len(whole)/40 {
			if whole[at] == '\n' {
				continue
			}
			spoilt := bytes.Clone(whole)
			spoilt[at] ^= 1
			expectFound(t, p, dir, file, spoilt)
		}
		if last := bytes.LastIndexByte(bytes.TrimSuffix(whole, []byte("\n")), '\n'); last > 0 && !strings.HasSuffix(file, "epochs.jsonl") {
			expectFound(t, p, dir, file, whole[:last+1])
		}
		must(t, os.WriteFile(file, whole, 0o600))
	}
	if report, err := replay(t, p, dir); err != nil || len(report.Differences) > 0 {
		t.Errorf("as it was: %+v, %v", report, err)
	}
}

func expectFound(t *testing.T, p *platform, dir, file string, content []byte) {
	t.Helper()
	must(t, os.WriteFile(file, content, 0o600))
	f, err := replica.Open(dir)
	if err == nil && f.About != oem && f.About.Format == replica.Format {
		return // of another member: its own leaves are not there
	}
	if report, err := replay(t, p, dir); err == nil && len(report.Differences) == 0 {
		t.Errorf("%s: not found: %+v", filepath.Base(file), report)
	}
}

// TestASyncGoesOnWhereItWasStopped stops it while it reads, and tears the end of each file as a dying machine may.
func TestASyncGoesOnWhereItWasStopped(t *testing.T) {
	p, dir := populated(t)
	p.journal("ingest/garage", 3)
	p.cut()
	f, err := replica.Open(dir)
	must(t, err)
	p.fail = errAway
	if err := f.Sync(t.Context(), p, p.policy(), quiet); !errors.Is(err, errAway) {
		t.Fatalf("got %v, want the source's error", err)
	}
	for _, file := range []string{"epochs.jsonl", "leaves.jsonl", "entries/ingest.garage", "entries/ingest.oem"} {
		torn, err := os.OpenFile(filepath.Join(dir, file), os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = torn.WriteString(`{"number":4,"rec`)
		must(t, errors.Join(err, torn.Close()))
	}
	sync(t, p, dir)
	if report, err := replay(t, p, dir); err != nil || report.Epochs != 4 || report.Leaves != 13 || len(report.Differences) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestNothingWrongIsTaken has the platform lie.
func TestNothingWrongIsTaken(t *testing.T) {
	for name, lie := range map[string]func(p *platform){
		"an entry is another":      func(p *platform) { p.leaves["ingest/garage"][2].Leaf[30] ^= 1 },
		"an entry changed lists":   func(p *platform) { p.leaves["ingest/garage"][2].Key[0] ^= 1 },
		"the map is another":       func(p *platform) { p.epochs[0].Record = strings.Replace(p.epochs[0].Record, "\n4\n", "\n5\n", 1) },
		"nobody cosigned":          func(p *platform) { p.epochs[0].Note = p.epochs[0].Note[:strings.LastIndex(p.epochs[0].Note, "— ")] },
		"the note is of another":   func(p *platform) { p.epochs[0].Note = p.epochs[1].Note },
		"the records are reversed": func(p *platform) { p.epochs[0], p.epochs[1] = p.epochs[1], p.epochs[0] },
	} {
		t.Run(name, func(t *testing.T) {
			p, dir := newPlatform(t), filepath.Join(t.TempDir(), "replica")
			p.journal("ingest/garage", 8)
			p.cut()
			p.journal("ingest/oem", 8)
			p.cut()
			lie(p)
			f, err := replica.Create(dir, oem)
			must(t, err)
			if err := f.Sync(t.Context(), p, p.policy(), quiet); err == nil {
				t.Error("taken")
			}
			if report, err := replay(t, p, dir); err != nil || report.Epochs != 0 {
				t.Errorf("%+v was written, %v", report, err)
			}
		})
	}
}

func TestTheMembersLeavesAreTheJournaledOnes(t *testing.T) {
	p, dir := newPlatform(t), filepath.Join(t.TempDir(), "replica")
	p.journal("ingest/oem", 8)
	p.cut()
	f, err := replica.Create(dir, oem)
	must(t, err)
	honest := p.leaves["ingest/oem"][5].Leaf
	other := bytes.Clone(honest)
	other[40] ^= 1
	lying := &lyingAboutLeaves{p, other}
	if err := f.Sync(t.Context(), lying, p.policy(), quiet); err == nil || !strings.Contains(err.Error(), "leaf 5") {
		t.Errorf("got %v, want leaf 5 refused", err)
	}
	sync(t, p, dir)
	if report, err := replay(t, p, dir); err != nil || report.Leaves != 8 {
		t.Errorf("%+v, %v", report, err)
	}
}
