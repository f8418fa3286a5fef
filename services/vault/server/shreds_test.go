package server_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/readerkey"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

const testPolicy = "0123456789abcdef0123456789abcdef"

// asker asks the vault for shreds as access does, and opens them with its own key.
type asker struct {
	client  vaultv1.ShredServiceClient
	key     readerkey.Private
	context [32]byte
}

func (r running) asker(t *testing.T, kind readerkey.Kind) asker {
	t.Helper()
	key, err := readerkey.Generate(kind)
	if err != nil {
		t.Fatal(err)
	}
	return asker{client: vaultv1.NewShredServiceClient(r.DialService("access")), key: key, context: sha256.Sum256(key.Public())}
}

func (a asker) request(vehicle string, kind readerkey.Kind, write bool, capsules ...byte) *vaultv1.GiveShredsRequest {
	req := &vaultv1.GiveShredsRequest{
		Vehicle: vehicle, Policy: testPolicy, Class: "workshop", Write: write,
		Recipient: &vaultv1.ShredRecipient{Kind: string(kind), PublicKey: a.key.Public(), Context: a.context[:]},
	}
	for _, c := range capsules {
		hash := sha256.Sum256([]byte{c})
		req.Capsules = append(req.Capsules, hash[:])
	}
	return req
}

// ask returns the shreds that the vault gives.
func (a asker) ask(t *testing.T, req *vaultv1.GiveShredsRequest) [][32]byte {
	t.Helper()
	resp, err := a.client.GiveShreds(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	plaintext, err := a.key.Open(confidential.ShredInfo(a.context), resp.GetSealed())
	if err != nil {
		t.Fatal(err)
	}
	shreds, ok := confidential.ParseShreds(plaintext, len(req.GetCapsules()))
	if !ok {
		t.Fatalf("%d bytes of shreds", len(plaintext))
	}
	return shreds
}

func TestReadersGetTheShredsThatWritersGot(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	writer, reader := r.asker(t, readerkey.X25519), r.asker(t, readerkey.XWing)
	_, err := reader.client.GiveShreds(t.Context(), reader.request(vehicle, readerkey.XWing, false, 1))
	wantReason(t, "before anything was written", err, "CLASS_KEY_NOT_FOUND", "")

	written := writer.ask(t, writer.request(vehicle, readerkey.X25519, true, 1))
	if again := writer.ask(t, writer.request(vehicle, readerkey.X25519, true, 1)); !slices.Equal(again, written) {
		t.Error("the same capsule has another shred")
	}
	read := reader.ask(t, reader.request(vehicle, readerkey.XWing, false, 2, 1))
	if read[1] != written[0] || read[0] == read[1] {
		t.Error("the reader's shreds are not the writer's")
	}
	other := reader.request(vehicle, readerkey.XWing, true, 1)
	other.Class = "damage"
	if shreds := reader.ask(t, other); shreds[0] == written[0] {
		t.Error("two classes have one key")
	}
	elsewhere := r.bind(t, testVIN(2))
	_, err = reader.client.GiveShreds(t.Context(), reader.request(elsewhere, readerkey.XWing, true, 1))
	wantReason(t, "under another vehicle's policy", err, "CLASS_KEY_NOT_FOUND", "")
}

func TestShredsAreForAccessAlone(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	a := r.asker(t, readerkey.X25519)
	req := a.request(vehicle, readerkey.X25519, true, 1)
	shreds := a.ask(t, req)
	_, err := vaultv1.NewShredServiceClient(r.DialService("ingest")).GiveShreds(t.Context(), req)
	wantReason(t, "another service", err, "PERMISSION_DENIED", "")
	unknown := a.request("vehicles/00000000-0000-4000-8000-000000000000", readerkey.X25519, true, 1)
	unknown.Policy = strings.Repeat("1", 32)
	_, err = a.client.GiveShreds(t.Context(), unknown)
	wantReason(t, "a vehicle that is none", err, "INVALID_FIELD", "vehicle")
	malformed := a.request(vehicle, readerkey.XWing, true, 1)
	_, err = a.client.GiveShreds(t.Context(), malformed)
	wantReason(t, "a key of another kind", err, "INVALID_FIELD", "recipient.public_key")

	resp, err := a.client.GiveShreds(t.Context(), req)
	if err != nil || bytes.Contains(resp.GetSealed(), shreds[0][:]) {
		t.Errorf("who carries the answer reads it, %v", err)
	}
	if n := r.count(t, `SELECT count(*) FROM audit WHERE action = 'vault.GiveShreds' AND subject = 'service/access'`); n != 2 {
		t.Errorf("%d audit rows, want 2", n)
	}
}

// TestADeletedClassKeyIsGone: what is written later has another, under which nothing opens that was written before.
func TestADeletedClassKeyIsGone(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	a := r.asker(t, readerkey.X25519)
	before := a.ask(t, a.request(vehicle, readerkey.X25519, true, 1))
	if _, err := r.db.Exec(t.Context(), `DELETE FROM class_key`); err != nil {
		t.Fatal(err)
	}
	_, err := a.client.GiveShreds(t.Context(), a.request(vehicle, readerkey.X25519, false, 1))
	wantReason(t, "after the erasure", err, "CLASS_KEY_NOT_FOUND", "")
	if after := a.ask(t, a.request(vehicle, readerkey.X25519, true, 1)); after[0] == before[0] {
		t.Error("the shred came back")
	}
}
