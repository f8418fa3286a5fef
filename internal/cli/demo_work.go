package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/devstack"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

const (
	anchorPatience = 2 * time.Minute
	anchorPoll     = 200 * time.Millisecond
	// demoReceipt is the euro receipt that fills the insurer's account.
	demoReceipt = "100.00"
)

// poll repeats look until it reports done, with a line of progress from time to time.
func (d *demo) poll(ctx context.Context, look func() (done bool, state string, err error)) error {
	last := time.Now()
	for deadline := time.Now().Add(anchorPatience); ; {
		done, state, err := look()
		if err != nil || done {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not done after %s: %s", anchorPatience, state)
		}
		if time.Since(last) > progressEvery {
			last = time.Now()
			d.say("  %s", state)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(anchorPoll):
		}
	}
}

// awaitAnchored waits until what the two senders have in the journal stands under an epoch on the ledger.
func (d *demo) awaitAnchored(ctx context.Context) error {
	want := map[string]uint64{}
	for _, p := range []client.Profile{d.maker, d.garage} {
		n, err := d.awaitJournaled(ctx, p)
		if err != nil {
			return err
		}
		want["ingest/"+p.Member] = n
	}
	d.say("  journaled after %.1f s", d.took())
	conn, err := d.closers.dial(d.insurer, "anchor")
	if err != nil {
		return err
	}
	epochs := anchorv1.NewAnchorServiceClient(conn)
	var note []byte
	err = d.poll(ctx, func() (bool, string, error) {
		page, err := epochs.ListEpochs(ctx, &anchorv1.ListEpochsRequest{PageSize: 10})
		if err != nil {
			return false, "", err
		}
		for _, e := range page.GetEpochs() {
			if e.GetState() == anchorv1.EpochState_EPOCH_STATE_ANCHORED {
				covered, err := covers(e, want)
				note = e.GetNote()
				return covered, "waiting for an epoch on the ledger", err
			}
		}
		return false, "waiting for the first epoch on the ledger", nil
	})
	if err != nil {
		return err
	}
	d.result.Seconds.Anchor = rounded(d.took())
	if err := d.recordCosignatures(note); err != nil {
		return err
	}
	return d.recordStatus(ctx, epochs)
}

func (d *demo) recordStatus(ctx context.Context, epochs anchorv1.AnchorServiceClient) error {
	status, err := epochs.GetAnchorStatus(ctx, &anchorv1.GetAnchorStatusRequest{})
	if err != nil {
		return err
	}
	d.result.EpochsAnchored, d.result.FabricHeight = status.GetEpochsAnchored(), status.GetLedgerHeight()
	d.result.EndorsingMSPs = status.GetEndorsingMsps()
	d.say("  anchored after %.1f s: %d epochs, ledger height %d, endorsed by %v", d.took(), status.GetEpochsAnchored(),
		status.GetLedgerHeight(), status.GetEndorsingMsps())
	if len(status.GetEndorsingMsps()) < 2 {
		return errors.New("fewer than two organisations endorsed the epoch")
	}
	return nil
}

// covers reports whether an epoch's record holds at least the wanted number of entries of each stream.
func covers(e *anchorv1.Epoch, want map[string]uint64) (bool, error) {
	record, err := model.ParseEpoch([]byte(e.GetRecord()))
	if err != nil {
		return false, fmt.Errorf("%s: %w", e.GetName(), err)
	}
	for stream, size := range want {
		if cp, ok := record.Checkpoint(stream); size > 0 && (!ok || cp.Size < size) {
			return false, nil
		}
	}
	return true, nil
}

// awaitJournaled waits until nothing acknowledged is left to write, and returns how many events the member has journaled.
func (d *demo) awaitJournaled(ctx context.Context, p client.Profile) (n uint64, err error) {
	conn, err := d.closers.dial(p, "ingest")
	if err != nil {
		return 0, err
	}
	ingest := ingestv1.NewIngestServiceClient(conn)
	err = d.poll(ctx, func() (bool, string, error) {
		status, err := ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{})
		if err != nil {
			return false, "", err
		}
		n = uint64(status.GetJournaled()) //nolint:gosec // a count
		return status.GetPendingBatches() == 0, fmt.Sprintf("%d batches to write", status.GetPendingBatches()), nil
	})
	return n, err
}

// buyReport fills the insurer's account and buys the report of the passport with the longest history.
func (d *demo) buyReport(ctx context.Context) error {
	if err := d.mint(ctx); err != nil {
		return err
	}
	rest, err := d.insurer.REST()
	if err != nil {
		return err
	}
	if err := d.showBalance(ctx, rest, "before"); err != nil {
		return err
	}
	report := &registryv1.ReadReportResponse{}
	req := &registryv1.ReadReportRequest{RequestId: uuid.NewString()}
	if err := rest.Call(ctx, "POST", "/v1/"+d.result.passport+":report", req, report); err != nil {
		return err
	}
	if err := d.showBalance(ctx, rest, "after"); err != nil {
		return err
	}
	d.say("  %s: %d events", d.result.passport, len(report.GetEvents()))
	printVerdict(d.quiet(), report.GetOdometerVerdict())
	printReceipt(d.quiet(), report.GetReceipt())
	d.result.ReadPrice = report.GetReceipt().GetPrice()
	if err := d.checkBalances(ctx); err != nil {
		return err
	}
	return d.export(ctx, rest, report.GetReceipt().GetName())
}

func (d *demo) mint(ctx context.Context) error {
	conn, closeConn, err := (&environment{state: d.layout.State}).connect(devstack.Operator, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	resp, err := settlementv1.NewSettlementServiceClient(conn).RecordReceipt(ctx, &settlementv1.RecordReceiptRequest{
		RequestId: uuid.NewString(), Member: "members/insurer", Amount: demoReceipt, BankReference: "DEMO-" + uuid.NewString(),
	})
	if err != nil {
		return err
	}
	d.say("  minted %s PCC_token for the insurer against a euro receipt (%s)", demoReceipt, resp.GetTransfer())
	return nil
}

func (d *demo) showBalance(ctx context.Context, rest *client.REST, when string) error {
	accounts := &settlementv1.ListAccountsResponse{}
	if err := rest.Call(ctx, "GET", "/v1/accounts", nil, accounts); err != nil {
		return err
	}
	for _, a := range accounts.GetAccounts() {
		d.say("  %-6s %-36s %12s", when, a.GetName(), a.GetBalance())
	}
	return nil
}

func (d *demo) checkBalances(ctx context.Context) error {
	conn, closeConn, err := (&environment{state: d.layout.State}).connect(devstack.Operator, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	balance, err := settlementv1.NewSettlementServiceClient(conn).GetTrialBalance(ctx, &settlementv1.GetTrialBalanceRequest{})
	if err != nil {
		return err
	}
	d.result.BalancesZeroSum = balance.GetZeroSum()
	d.say("  sum of all balances: %s", balance.GetTotal())
	return nil
}

func (d *demo) proofFile(name string) string {
	return filepath.Join(d.layout.State, "demo", name+".json")
}

func (d *demo) export(ctx context.Context, rest *client.REST, read string) error {
	proof := &anchorv1.ExportProofResponse{}
	err := rest.Call(ctx, "POST", "/v1/"+d.result.passport+":proof", &anchorv1.ExportProofRequest{Read: read}, proof)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(d.proofFile("")), 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return os.WriteFile(d.proofFile("passport"), proof.GetDocument(), 0o600)
}
