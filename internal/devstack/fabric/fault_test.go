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
// back, one that lost a race is told so, and none passes by a quorum of yesterday.
func TestFaults(t *testing.T) {
	n := newNetwork(t, fabric.Raft1)
	n.Up()
	n.admitMembers()
	c := newChain(t)
	n.anchor(c)
	for _, victims := range []string{"fabric-chaincode-*", "fabric-peer-*", "fabric-*"} {
		t.Logf("killing %s", victims)
		n.kill(victims)
		n.anchor(c)
	}
	n.raceWitness(c)
	n.race(c)
}

// kill ends processes of this stand, found by the supervisor's pid files.
func (n *network) kill(pattern string) {
	n.t.Helper()
	paths, err := filepath.Glob(filepath.Join(n.Dir(), "pid", pattern))
	if err != nil || len(paths) == 0 {
		n.t.Fatalf("no process %s: %v", pattern, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			n.t.Fatal(err)
		}
		var pid int
		if _, err := fmt.Fscan(strings.NewReader(string(text)), &pid); err != nil {
			n.t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			n.t.Fatalf("kill %s: %v", path, err)
		}
	}
}

// race submits different epochs of one number at the same time.
func (n *network) race(c *chain) {
	n.t.Helper()
	outcomes := make(chan error, len(n.Network.Orgs))
	for i, org := range n.Network.Orgs {
		epoch := c.next()
		epoch.Streams[0].Size += uint64(i)
		call, client := c.submission(epoch, c.cosigners...), n.Client(org.Name)
		go func() {
			_, err := client.Submit(n.t.Context(), submitEpoch, call...)
			outcomes <- err
		}()
	}
	winners := 0
	for range n.Network.Orgs {
		err := <-outcomes
		if err == nil {
			winners++
			continue
		}
		if refused, ok := errors.AsType[*fabricgw.ChaincodeError](err); !ok || refused.Reason != string(model.ReasonEpochNotNext) {
			n.t.Errorf("loser got %v, want %s", err, model.ReasonEpochNotNext)
		}
	}
	if winners != 1 {
		n.t.Errorf("%d submissions of one number succeeded", winners)
	}
}
