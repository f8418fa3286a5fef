package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify/receipt"
)

// promiseFile has one receipt of two events; the key opens it.
func promiseFile(t *testing.T) (path, key string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(t.TempDir(), "log.key")
	_, err := checkpoint.CreateLogKey(secret, "log.example")
	must(err)
	platform, err := checkpoint.ReadLogKey(secret)
	must(err)
	own, err := platform.For("ingest/oem")
	must(err)
	signer, err := signing.NewReceiptSigner(platform.Key())
	must(err)
	kept := receipt.Promise{Events: []receipt.Event{{Source: "/s", ID: "1", Content: make([]byte, 32)}, {Source: "/s", ID: "2", Content: make([]byte, 32)}}}
	var hashes []signing.Hash
	for _, e := range kept.Events {
		hashes = append(hashes, signing.AcceptedEvent{Source: e.Source, ID: e.ID, Content: signing.Hash(e.Content)}.Hash())
	}
	promised, err := signing.NewReceipt("ingest/oem", hashes, time.UnixMicro(1).UTC(), time.Hour)
	must(err)
	kept.Receipt, err = signer.Sign(promised)
	must(err)
	line, err := json.Marshal(kept)
	must(err)
	path = filepath.Join(t.TempDir(), "receipts.jsonl")
	must(os.WriteFile(path, append(line, '\n'), 0o600))
	return path, own.VerifierKey()
}

func TestReceiptsAreReadWithTheLogsKey(t *testing.T) {
	path, key := promiseFile(t)
	_, otherKey := promiseFile(t)
	if promises, err := readPromises(path, key); err != nil || len(promises) != 1 || len(promises[0].Events()) != 2 {
		t.Errorf("read %v, %v", promises, err)
	}
	if _, err := readPromises(path, otherKey); !errors.Is(err, receipt.ErrPromise) || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("with another log's key: %v", err)
	}
	if err := os.WriteFile(path, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readPromises(path, key); err == nil {
		t.Error("half a line is read")
	}
}

// TestABrokenPromiseIsNamed prints one verdict of each kind that matters.
func TestABrokenPromiseIsNamed(t *testing.T) {
	path, key := promiseFile(t)
	promises, err := readPromises(path, key)
	if err != nil {
		t.Fatal(err)
	}
	for verdict, bad := range map[receipt.Verdict]bool{receipt.Kept: false, receipt.Open: false, receipt.Changed: true, receipt.Broken: true} {
		var out bytes.Buffer
		env := &environment{stdout: &out, stderr: &out}
		err := printVerdicts(env, receipt.Head{Stream: "ingest/oem"}, promises, [][]receipt.Verdict{{receipt.Kept, verdict}})
		if (err != nil) != bad || strings.Contains(out.String(), "/s") != bad {
			t.Errorf("%s: %v\n%s", verdict, err, out.String())
		}
	}
}
