package witness

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// The environment of a test binary that is a witness to be killed, and not tests.
const (
	childFolder = "WITNESS_TEST_FOLDER"
	childKey    = "WITNESS_TEST_KEY"
	childLog    = "WITNESS_TEST_LOG"
	childStep   = "WITNESS_TEST_STEP" // where it dies, at its second write; empty for nowhere
)

func TestMain(m *testing.M) {
	if os.Getenv(childFolder) == "" {
		m.Run()
		return
	}
	if err := serveChild(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// serveChild is a witness process. It prints its address and serves until it is killed.
func serveChild() error {
	cosigner, err := checkpoint.ReadWitnessKey(os.Getenv(childKey))
	if err != nil {
		return err
	}
	log, err := checkpoint.NewLog(origin, os.Getenv(childLog))
	if err != nil {
		return err
	}
	w, err := Open(Options{
		Folder: os.Getenv(childFolder), Cosigner: cosigner, Logs: []checkpoint.Log{log}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	writes := 0
	w.store.step = func(step string) error {
		if step == stepCreate {
			writes++
		}
		if writes == 2 && step == os.Getenv(childStep) {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	server := &http.Server{Handler: w.Handler(), ReadHeaderTimeout: time.Minute}
	return server.Serve(listener)
}

// child is a witness process under test.
type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	http *http.Client
}

func startChild(t *testing.T, folder, key string, log *witnesstest.Log, step string) *child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+folder, childKey+"="+key, childLog+"="+log.VerifierKey(), childStep+"="+step)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return &child{t: t, cmd: cmd, url: "http://" + strings.TrimSpace(address), http: &http.Client{Transport: &http.Transport{}}}
}

// kill ends the process as the kernel does, and waits for its end.
func (c *child) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Fatal(err)
	}
	c.wait()
}

func (c *child) wait() {
	c.t.Helper()
	var exit *exec.ExitError
	if err := c.cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		c.t.Fatalf("the witness ended with %v, not killed", err)
	}
}

// submit sends a checkpoint; the status is zero if there is no answer.
func (c *child) submit(r wire.Request) (status int, answer string) {
	response, err := c.http.Post(c.url+"/add-checkpoint", "text/plain", bytes.NewReader(r.Marshal()))
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, ""
	}
	return response.StatusCode, string(body)
}

func killable(t *testing.T) (folder, key string, log *witnesstest.Log) {
	t.Helper()
	dir := t.TempDir()
	key = filepath.Join(dir, "witness.key")
	if _, err := checkpoint.CreateWitnessKey(key, "example.com/witness"); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "folder"), key, witnesstest.NewLog(t, origin)
}

func TestAWitnessKilledAtAnyStepGoesOn(t *testing.T) {
	for _, step := range steps {
		folder, key, log := killable(t)
		log.Grow(30, "")
		c := startChild(t, folder, key, log, step)
		if status, answer := c.submit(request(log, 0, 5)); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		if status, answer := c.submit(request(log, 5, 9)); status != 0 {
			t.Errorf("killed before %q, and answered %d %s", step, status, answer)
		}
		c.wait()
		again := startChild(t, folder, key, log, "")
		want := map[bool]string{true: "9\n", false: "5\n"}[step == stepSyncDir]
		if status, answer := again.submit(request(log, 2, 30)); status != http.StatusConflict || answer != want {
			t.Errorf("killed before %q: %d %q, want %q", step, status, answer, want)
		}
		from, _ := strconv.ParseUint(strings.TrimSpace(want), 10, 64)
		if status, answer := again.submit(request(log, from, 30)); status != http.StatusOK {
			t.Errorf("killed before %q: %d %s", step, status, answer)
		}
		again.kill()
	}
}

// TestWhatWasAnsweredSurvivesEveryKill kills a busy witness again and again, at any time after its first answers.
func TestWhatWasAnsweredSurvivesEveryKill(t *testing.T) {
	const rounds, most = 12, 400
	folder, key, log := killable(t)
	log.Grow(rounds*most, "")
	random := rand.New(rand.NewPCG(1, 2))
	answered := uint64(0)
	for range rounds {
		c := startChild(t, folder, key, log, "")
		killAfter, delay := random.IntN(5), time.Duration(random.IntN(int(10*time.Millisecond)))
		from, to := answered, answered+1
		for answers := 0; answers < most; answers++ {
			if answers == killAfter {
				time.AfterFunc(delay, func() { c.cmd.Process.Kill() })
			}
			status, answer := c.submit(request(log, from, to))
			if status == http.StatusOK {
				answered, from, to = to, to, to+1
				continue
			}
			if status != http.StatusConflict {
				break
			}
			size, err := wire.ParseSize([]byte(answer))
			if err != nil || size < answered {
				t.Fatalf("the witness is at %q, and has cosigned %d", answer, answered)
			}
			from, to = size, size+1
		}
		c.kill()
	}
	if answered == 0 {
		t.Error("nothing was cosigned")
	}
	t.Logf("%d checkpoints cosigned over %d kills", answered, rounds)
}
