package cosigners_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/quorum"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
	"github.com/pcc-platform/pcc/services/anchor/internal/cosigners"
)

func options(t *testing.T, witnesses ...quorum.Witness) cosigners.Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(path, "pcc.example/log"); err != nil {
		t.Fatal(err)
	}
	return cosigners.Options{LogKeyFile: path, Witnesses: witnesses, HTTP: &http.Client{}}
}

func TestWithoutWitnessesTheLogSignsAlone(t *testing.T) {
	opts := options(t)
	c, err := cosigners.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	root := proof.Hash{1}
	note, err := c.Cosign(t.Context(), 3, root)
	if err != nil {
		t.Fatal(err)
	}
	key, err := checkpoint.ReadLogKey(opts.LogKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	index, err := key.For("index")
	if err != nil {
		t.Fatal(err)
	}
	log, err := checkpoint.NewLog("pcc.example/log/index", index.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := log.Open(note); err != nil || opened.Size != 3 || opened.Root != root {
		t.Errorf("%+v, %v\n%s", opened, err, note)
	}
}

// TestWithoutAQuorumThereIsNoNote asks a witness that nobody runs. That witnesses are asked well is for package quorum to test.
func TestWithoutAQuorumThereIsNoNote(t *testing.T) {
	witness := quorum.Witness{Name: "insurer", URL: "http://127.0.0.1:1", Key: witnesstest.NewCosigner(t, "insurer.example/witness").Verifier().String()}
	c, err := cosigners.New(options(t, witness))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if note, err := c.Cosign(ctx, 1, proof.Hash{}); !errors.Is(err, quorum.ErrTooFew) || note != nil {
		t.Errorf("%s, %v; want ErrTooFew", note, err)
	}
	witness.Key = "no key"
	if _, err := cosigners.New(options(t, witness)); !errors.Is(err, checkpoint.ErrMalformed) {
		t.Errorf("got %v, want ErrMalformed", err)
	}
}
