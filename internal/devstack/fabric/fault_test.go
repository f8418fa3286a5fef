package fabric_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/fabricgw"
)

// A submission that meets dead processes waits for the supervisor to bring them
// back, and one that lost a race is told so.
func TestFaults(t *testing.T) {
	s := newStand(t, fabric.Raft1)
	s.up()
	s.admitMembers()
	c := &chain{t: t}
	s.anchor(c)
	for _, victims := range []string{"fabric-orderer*", "fabric-chaincode-*", "fabric-peer-*", "fabric-*"} {
		t.Logf("killing %s", victims)
		s.kill(victims)
		s.anchor(c)
	}
	s.race(c)
}

// kill ends processes of this stand, found by the supervisor's pid files.
func (s *stand) kill(pattern string) {
	s.t.Helper()
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(s.config.Dir), "pid", pattern))
	if err != nil || len(paths) == 0 {
		s.t.Fatalf("no process %s: %v", pattern, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		var pid int
		if _, err := fmt.Fscan(strings.NewReader(string(text)), &pid); err != nil {
			s.t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			s.t.Fatalf("kill %s: %v", path, err)
		}
	}
}

// race submits different epochs of one number at the same time.
func (s *stand) race(c *chain) {
	s.t.Helper()
	outcomes := make(chan error, len(s.network.Orgs))
	for i, org := range s.network.Orgs {
		epoch := c.next()
		epoch.Streams[0].Size += uint64(i)
		text, client := canonical(s.t, epoch), s.client(org.Name)
		go func() {
			_, err := client.Submit(s.t.Context(), "anchor:SubmitEpoch", text)
			outcomes <- err
		}()
	}
	winners := 0
	for range s.network.Orgs {
		err := <-outcomes
		if err == nil {
			winners++
			continue
		}
		if refused, ok := errors.AsType[*fabricgw.ChaincodeError](err); !ok || refused.Reason != string(model.ReasonEpochNotNext) {
			s.t.Errorf("loser got %v, want %s", err, model.ReasonEpochNotNext)
		}
	}
	if winners != 1 {
		s.t.Errorf("%d submissions of one number succeeded", winners)
	}
}
