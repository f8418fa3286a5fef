package fabric_test

import (
	"context"
	"errors"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/witness/enrol"
)

// enrolWitnesses makes every member a witness, each through its own peer; from then on an epoch needs two of the three.
func (n *network) enrolWitnesses(c *chain) {
	n.t.Helper()
	for _, org := range n.Network.Orgs {
		key := c.witnesses[org.Name].Verifier().String()
		client := n.Client(org.Name)
		if id, err := enrol.Join(n.t.Context(), client, org.Name, key); err != nil || id == "" {
			n.t.Fatalf("enrol %s: %q, %v", org.Name, id, err)
		}
		if id, err := enrol.Join(n.t.Context(), client, org.Name, key); err != nil || id != "" {
			n.t.Errorf("enrol %s again: %q, %v; want no transaction and no error", org.Name, id, err)
		}
	}
	c.cosigners = []string{"insurer", "garage"}
}

// refuseWitnesses tries what would give somebody a second vote.
func (n *network) refuseWitnesses(c *chain) {
	n.t.Helper()
	garage, oem := n.Client("garage"), c.witnesses["oem"].Verifier().String()
	_, err := enrol.Join(n.t.Context(), garage, "oem", c.witnesses["garage"].Verifier().String())
	n.expect(err, model.ReasonNotPermitted)
	_, err = enrol.Join(n.t.Context(), garage, "garage", oem)
	n.expect(err, model.ReasonWitnessKeyTaken)
	_, err = enrol.Leave(n.t.Context(), garage, "oem")
	n.expect(err, model.ReasonNotPermitted)
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Second)
	defer cancel()
	_, err = enrol.Join(ctx, garage, "nobody", oem)
	n.expect(err, model.ReasonNotFound)
	if _, err = enrol.Join(n.t.Context(), garage, "garage", oem[1:]); model.ReasonOf(err) != model.ReasonMalformed {
		n.t.Errorf("got %v, want %s", err, model.ReasonMalformed)
	}
}

// expect holds an error of the gateway's client to the rule that it must name.
func (n *network) expect(err error, reason model.Reason) {
	n.t.Helper()
	if !is(err, reason) {
		n.t.Errorf("got %v, want %s", err, reason)
	}
}

// is reports whether the chaincode refused for the reason.
func is(err error, reason model.Reason) bool {
	refused, ok := errors.AsType[*fabricgw.ChaincodeError](err)
	return ok && refused.Reason == string(reason)
}

// leaveWitness takes a witness out; the two that are left must both cosign.
func (n *network) leaveWitness(c *chain) {
	n.t.Helper()
	if id, err := enrol.Leave(n.t.Context(), n.Client("oem"), "oem"); err != nil || id == "" {
		n.t.Fatalf("leave: %q, %v", id, err)
	}
	_, err := n.Client("oem").Submit(n.t.Context(), submitEpoch, c.submission(c.next(), "oem", "garage")...)
	n.expect(err, model.ReasonTooFewCosignatures)
	n.anchor(c)
}

// raceWitness makes the first witness while an epoch that nobody has cosigned is submitted: it is on the ledger no later
// than the key, or it is refused.
func (n *network) raceWitness(c *chain) {
	n.t.Helper()
	epoch := c.next()
	call, submitter := c.submission(epoch), n.Client("insurer")
	type outcome struct {
		result fabricgw.Result
		err    error
	}
	submitted := make(chan outcome, 1)
	go func() {
		result, err := submitter.Submit(n.t.Context(), submitEpoch, call...)
		submitted <- outcome{result, err}
	}()
	oem := n.Client("oem")
	id, err := enrol.Join(n.t.Context(), oem, "oem", c.witnesses["oem"].Verifier().String())
	if err != nil {
		n.t.Fatal(err)
	}
	key, err := oem.Transaction(n.t.Context(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	o := <-submitted
	if o.err != nil {
		n.expect(o.err, model.ReasonTooFewCosignatures)
	} else if c.advance(epoch); o.result.BlockNumber > key.BlockNumber {
		n.t.Errorf("an epoch without cosignatures in block %d, a witness since block %d", o.result.BlockNumber, key.BlockNumber)
	}
	c.cosigners = []string{"oem"}
	n.anchor(c)
}
