package trustee_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee"
)

// TestKeysAreMadeAndSharedAnewAsTheLedgerProposes has members join and leave; what was sealed before opens after.
func TestKeysAreMadeAndSharedAnewAsTheLedgerProposes(t *testing.T) {
	w := newWorld(t, 1, 2, 3, 4, 5, 6)
	first := w.makeKey(t, access.KeyForAccess, 3, 1, 2, 3, 4, 5)
	r := w.newRead(t, first)
	second := w.makeKey(t, access.KeyForAccess, 2, 3, 4, 5, 6)
	if second.PublicKey != first.PublicKey || second.Epoch != 2 {
		t.Fatalf("%v", second)
	}
	for _, left := range []int{1, 2} {
		eventually(t, "a trustee that left has no share", func() bool {
			_, err := w.stations[left].KeySet(t.Context(), access.KeyForAccess, 1)
			return reasonOf(err) == "NO_SHARE"
		})
	}
	r.set = second
	if secrets := r.open(t, 3, 6); secrets[0] != r.secret {
		t.Error("what was sealed to the key before opens to another secret")
	}
}

func TestThoseWhoAreAwayAreLeftOutOfANewKey(t *testing.T) {
	w := newPatientWorld(t, 2*time.Second, 1, 2, 3, 4)
	w.stations[2].stop()
	set := w.makeKey(t, access.KeyForTags, 2, 1, 2, 3, 4)
	if len(set.Shares) != 3 || set.Shares[1].Trustee != trusteeID(3) {
		t.Errorf("%v", set.Shares)
	}
}

func TestATrusteeKeepsItsShareOverARestart(t *testing.T) {
	w := newWorld(t, 1, 2)
	set := w.makeKey(t, access.KeyForAccess, 2, 1, 2)
	r := w.newRead(t, set)
	old := w.stations[2]
	old.stop()
	w.stations[2] = w.start(t, 2, old.path)
	if secrets := r.open(t, 1, 2); secrets[0] != r.secret {
		t.Error("another secret")
	}
}

// TestSecretsAreOnDiskSealed looks for what the trustee knows, in the file that it leaves.
func TestSecretsAreOnDiskSealed(t *testing.T) {
	w := newWorld(t, 1)
	w.makeKey(t, access.KeyForAccess, 1, 1)
	s := w.stations[1]
	share := trustee.ShareOf(t, s.store, access.KeyForAccess)
	if _, err := share.Public(); err != nil {
		t.Fatal(err)
	}
	s.stop()
	raw, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	for what, secret := range map[string][]byte{
		"the share": share.Secret[:], "the signing key": s.keys.Signing.Seed(), "the exchange key": s.keys.Exchange[:],
	} {
		if bytes.Contains(raw, secret) {
			t.Errorf("%s is in the file", what)
		}
	}
}

func TestOnlyTheRightPassphraseOpensAStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trustee.db")
	open := func(passphrase string) error {
		s, err := trustee.OpenStore(path, func(salt []byte) (trustee.Wrapper, error) { return trustee.NewPassphraseWrapper(passphrase, salt) })
		if err != nil {
			return err
		}
		defer func() { _ = s.Close() }()
		_, err = s.Keys(t.Context())
		return err
	}
	if err := open(passphrase); err != nil {
		t.Fatal(err)
	}
	if err := open(passphrase); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{passphrase + "!", "short"} {
		if err := open(wrong); err == nil {
			t.Errorf("%q opens it", wrong)
		}
	}
}

// TestATrusteeBeginsASessionOnce: one that was killed in it would else sign two different packets.
func TestATrusteeBeginsASessionOnce(t *testing.T) {
	w := newPatientWorld(t, 2*time.Second, 1, 2, 3)
	s := w.stations[3]
	s.stop()
	p := access.KeyProposal{Purpose: access.KeyForAccess, KeyNumber: 1, Attempt: 1, Epoch: 1, Threshold: 2, Seats: []access.Seat{
		{Trustee: trusteeID(1), Index: 1}, {Trustee: trusteeID(2), Index: 2}, {Trustee: trusteeID(3), Index: 3},
	}}
	id, err := p.Hash()
	if err != nil {
		t.Fatal(err)
	}
	trustee.Begin(t, s.path, id)
	w.stations[3] = w.start(t, 3, s.path)
	if set := w.makeKey(t, access.KeyForAccess, 2, 1, 2, 3); len(set.Shares) != 2 {
		t.Errorf("%v", set.Shares)
	}
}

// TestTheSoleHoldersKeyIsSharedOut is how the tag key of one file comes to the trustees, and the file becomes worthless.
func TestTheSoleHoldersKeyIsSharedOut(t *testing.T) {
	w := newWorld(t, 1, 2, 3, 4)
	secret := threshold.Scalar{42}
	share := threshold.Share{Index: 1, Secret: secret}
	sole, err := w.stations[1].Adopt(t.Context(), access.KeyForTags, 1, share)
	if err != nil {
		t.Fatal(err)
	}
	w.ledger.mu.Lock()
	w.ledger.sets[name(access.KeyForTags, 1)] = []access.KeySet{sole}
	w.ledger.mu.Unlock()
	set := w.makeKey(t, access.KeyForTags, 2, 2, 3, 4)
	if set.PublicKey != sole.PublicKey || set.Epoch != 2 {
		t.Errorf("%v", set)
	}
}
