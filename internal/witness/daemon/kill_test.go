package daemon

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/witness/quorum"
	"github.com/pcc-platform/pcc/internal/witness/wire"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// The environment of a test binary that is a witness to be killed, and not tests.
const (
	childFolder = "WITNESS_DAEMON_FOLDER"
	childListen = "WITNESS_DAEMON_LISTEN"
	childLog    = "WITNESS_DAEMON_LOG"
)

func TestMain(m *testing.M) {
	if os.Getenv(childFolder) != "" {
		os.Args = append(os.Args[:1], "-test.run=^TestChild$", "-test.count=1")
	}
	m.Run()
}

// killEpochs is how long the history is that a witness is killed in.
const killEpochs = 300

// killTime is of all its epochs, so that every process makes the same ones.
var killTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func history(t *testing.T) *witnesstest.Platform {
	t.Helper()
	p := witnesstest.NewPlatform(t, origin)
	for i := range killEpochs {
		p.Journal("ingest/oem", 1+i%7)
		p.Journal("ingest/garage", 1+i%5)
		p.Cut(killTime)
	}
	return p
}

// TestChild is the witness that is killed; as a test it does nothing.
func TestChild(t *testing.T) {
	if os.Getenv(childFolder) == "" {
		return
	}
	m := &member{t: t, name: "child", cfg: Config{
		Folder: os.Getenv(childFolder), Listen: os.Getenv(childListen), LogKey: os.Getenv(childLog), ProfileFile: "-",
	}}
	m.start(history(t))
	fmt.Println("ready")
	<-t.Context().Done()
}

// TestWhatWasCosignedSurvivesEveryKill kills a busy witness again and again. Nothing that it cosigned may be forgotten, and
// it must go on from there.
func TestWhatWasCosignedSurvivesEveryKill(t *testing.T) {
	const rounds = 10
	whole := history(t)
	oem := newMember(t, "oem", whole.VerifierKey())
	random := rand.New(rand.NewPCG(1, 2))
	cosigned := uint64(0)
	for range rounds {
		child := startChild(t, oem)
		if n := oem.cosigned(); n < cosigned || n > cosigned+1 {
			t.Fatalf("the witness is at epoch %d, and has cosigned %d", n, cosigned)
		}
		cosigned = oem.cosigned() // one may be stored whose answer was lost
		time.AfterFunc(time.Duration(random.IntN(int(150*time.Millisecond))), func() { child.Process.Kill() })
		for cosigned < killEpochs-1 && submit(t, whole, oem, cosigned) {
			cosigned++
		}
		if err := child.Process.Kill(); err == nil {
			child.Wait()
		}
	}
	startChild(t, oem)
	if !submit(t, whole, oem, oem.cosigned()) {
		t.Error("it does not go on")
	}
	if cosigned < rounds {
		t.Errorf("only %d epochs were cosigned", cosigned)
	}
	t.Logf("%d epochs cosigned over %d kills", cosigned, rounds)
}

// submit asks once for the cosignature of the epoch after one.
func submit(t *testing.T, p *witnesstest.Platform, m *member, last uint64) bool {
	t.Helper()
	client, err := quorum.NewClient(m.cfg.URL(), m.key, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.AddCheckpoint(t.Context(), wire.Request{
		OldSize: last, Proof: p.Proof(last, last+1), Note: p.Checkpoint(last + 1),
	})
	return err == nil
}

func startChild(t *testing.T, m *member) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+m.cfg.Folder, childListen+"="+m.cfg.Listen, childLog+"="+m.cfg.LogKey,
		"TMPDIR="+t.TempDir()) // what a killed process leaves is removed with the test
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "ready") {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}
