package erasure_test

import (
	"crypto/ed25519"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/verify/erasure"
)

func certificate() erasure.Certificate {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return erasure.Certificate{
		Type: erasure.Type, Request: "subjectRequests/1", Member: "members/oem", Holder: "holders/2", Vehicle: "vehicles/3", Scope: "vehicle",
		ReceiveTime: at, CompleteTime: at.Add(time.Hour), DestroyedKeys: []string{"a", "b"},
		Receipts: []erasure.Receipt{{Store: "vault/holder", Purged: 1, Time: at}, {Store: "registry/passport", Kept: "the tag", Time: at}},
	}
}

func TestACertificateIsReadAsItWasSigned(t *testing.T) {
	public, private := keys(t)
	odd := certificate()
	odd.Receipts[0].Time = odd.Receipts[0].Time.Add(time.Millisecond).In(time.FixedZone("", 3600))
	signed, err := erasure.Sign(private, odd)
	if err != nil {
		t.Fatal(err)
	}
	got, err := erasure.Open(signed, public)
	if err != nil || !reflect.DeepEqual(got, certificate()) {
		t.Errorf("%+v, %v", got, err)
	}
	other, _ := keys(t)
	if _, err := erasure.Open(signed, other); !errors.Is(err, erasure.ErrInvalid) {
		t.Errorf("with another key: %v", err)
	}
}

// TestNoByteOfACertificateCanChange also cuts it, and adds to it.
func TestNoByteOfACertificateCanChange(t *testing.T) {
	public, private := keys(t)
	signed, err := erasure.Sign(private, certificate())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		changed := append([]byte(nil), signed...)
		switch at := rapid.IntRange(0, len(signed)-1).Draw(t, "at"); rapid.IntRange(0, 2).Draw(t, "change") {
		case 0:
			changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		case 1:
			changed = changed[:at]
		default:
			changed = append(changed, rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "more")...)
		}
		if _, err := erasure.Open(changed, public); !errors.Is(err, erasure.ErrInvalid) {
			t.Fatalf("accepted: %v", err)
		}
	})
}

func keys(t *testing.T) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}
