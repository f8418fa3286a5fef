package importer

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/sourcesign"
	"github.com/pcc-platform/pcc/signing"
)

// openSigner returns a signer on a key of the test's own.
func openSigner(t *testing.T, keyFile string) *sourcesign.Source {
	t.Helper()
	signer, err := sourcesign.Open(keyFile, "/members/oem/import/test")
	must(t, err)
	return signer
}

// wantChain checks that the statements taken verify under the key and follow each other without a gap.
func (p *platform) wantChain(t *testing.T, key signing.PublicKey, events uint64) {
	t.Helper()
	var next uint64
	for _, statement := range p.statements {
		signed, err := signing.Parse(statement)
		must(t, err)
		must(t, signed.Verify(key))
		if signed.First != next {
			t.Fatalf("a statement begins at %d, want %d", signed.First, next)
		}
		next += signed.Count
	}
	if next != events || p.malformed != 0 {
		t.Errorf("%d events are signed, want %d; %d malformed", next, events, p.malformed)
	}
}

func TestASignedImportIsOneChain(t *testing.T) {
	p := newPlatform(t)
	keyFile := filepath.Join(t.TempDir(), "source.key")
	key, err := sourcesign.CreateKey(keyFile)
	must(t, err)
	run := p.newImport(&source{vehicles: 400, events: 3})
	run.Others.SignWith(openSigner(t, keyFile))
	sums, err := run.Run(t.Context())
	p.wantSums(t, sums, err, 1200, 0)
	p.wantChain(t, key, 1200)
	pending, err := openSigner(t, keyFile).Pending()
	if err != nil || len(pending) != 0 {
		t.Errorf("%d batches are pending after all were acknowledged, %v", len(pending), err)
	}
}

// TestWhatAnEarlierRunSignedIsSentFirst: its numbers of the chain belong to those batches and to no others.
func TestWhatAnEarlierRunSignedIsSentFirst(t *testing.T) {
	p := newPlatform(t)
	keyFile := filepath.Join(t.TempDir(), "source.key")
	key, err := sourcesign.CreateKey(keyFile)
	must(t, err)
	p.onOpen = func(_ int, s stream) error { // takes two batches, confirms none, and refuses for good
		for range 2 {
			if _, err := s.Recv(); err != nil {
				return err
			}
		}
		return errDenied
	}
	broken := p.newImport(&source{vehicles: 400, events: 3})
	broken.Others.SignWith(openSigner(t, keyFile))
	if _, err := broken.Run(t.Context()); !errors.Is(err, errDenied) {
		t.Fatalf("error = %v, want the refusal", err)
	}
	lost, err := openSigner(t, keyFile).Pending()
	if err != nil || len(lost) < 2 {
		t.Fatalf("%d batches are pending, %v", len(lost), err)
	}

	p.onOpen = func(_ int, s stream) error { return p.serve(s) }
	again := p.newImport(&source{vehicles: 400, events: 3})
	again.Others.SignWith(openSigner(t, keyFile))
	sums, err := again.Run(t.Context())
	p.wantSums(t, sums, err, 1200, len(lost)*eventsPerBatch)
	p.wantChain(t, key, uint64(1200+len(lost)*eventsPerBatch))
}
