package server_test

import (
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/signing"
)

func TestKeysAreEnrolledByWhoHasThem(t *testing.T) {
	r := start(t)
	keys, passport := r.keys(r.oemMember), r.registry.enrol()
	src := source(r.oemMember)
	req := enrolment(t, newEd25519(t), src, "")
	first, err := keys.RegisterSourceKey(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := keys.RegisterSourceKey(t.Context(), req)
	if err != nil || !proto.Equal(first, again) {
		t.Errorf("repeated: %v, %v", again, err)
	}
	other := proto.CloneOf(req)
	other.RequestId = uuid.NewString()
	_, err = keys.RegisterSourceKey(t.Context(), other)
	wantReason(t, "the same key", err, "SOURCE_KEY_EXISTS")
	other.Source = src + "/2"
	_, err = keys.RegisterSourceKey(t.Context(), other)
	wantReason(t, "an enrolment for another source", err, "KEY_INVALID")
	stolen := enrolment(t, newEd25519(t), src, "")
	stolen.PublicKey = req.GetPublicKey()
	_, err = keys.RegisterSourceKey(t.Context(), stolen)
	wantReason(t, "an enrolment by another key", err, "KEY_INVALID")
	_, err = keys.RegisterSourceKey(t.Context(), enrolment(t, newEd25519(t), source(r.garMember), ""))
	wantReason(t, "another member's source", err, "INVALID_FIELD")
	for range 3 {
		if _, err := keys.RegisterSourceKey(t.Context(), enrolment(t, newP256(t), src, "")); err != nil {
			t.Fatal(err)
		}
	}
	_, err = keys.RegisterSourceKey(t.Context(), enrolment(t, newP256(t), src, ""))
	wantReason(t, "a fifth key", err, "TOO_MANY_KEYS")

	_, err = keys.RegisterSourceKey(t.Context(), enrolment(t, newP256(t), src+"/car", passport))
	wantReason(t, "somebody else's vehicle", err, "VEHICLE_NOT_YOURS")
	_, err = keys.RegisterSourceKey(t.Context(), enrolment(t, newP256(t), src+"/car", "passports/"+uuid.NewString()))
	wantReason(t, "no vehicle", err, "PASSPORT_NOT_FOUND")
	r.registry.setEnroller(r.garMember.Name())
	_, err = r.keys(r.garMember).RegisterSourceKey(t.Context(), enrolment(t, newP256(t), source(r.garMember), passport))
	wantReason(t, "a garage", err, "VEHICLE_NOT_YOURS")
	_, err = ingestv1.NewSourceKeyServiceClient(r.Dial(r.oemMember, "clerk")).RegisterSourceKey(t.Context(), enrolment(t, newP256(t), src, ""))
	wantReason(t, "no administrator", err, "PERMISSION_DENIED")
	if n := r.count(t, "SELECT count(*) FROM audit WHERE action = 'ingest.RegisterSourceKey'"); n != 4 {
		t.Errorf("%d audit rows", n)
	}
}

// TestARevokedKeyIsGoodForWhatCameBefore rotates a key and revokes the old one.
func TestARevokedKeyIsGoodForWhatCameBefore(t *testing.T) {
	r := start(t)
	keys, passport, src := r.keys(r.oemMember), r.registry.enrol(), source(r.oemMember)
	old := r.enrol(t, r.oemMember, newEd25519(t), src, "")
	wantAccepted(t, "old key", sendSigned(t, r.oem, old.signed(t, r.oemMember, "a", passport, 3)), 3)
	awaitJournaled(t, r.oem)
	next := r.enrol(t, r.oemMember, newP256(t), src, "")
	next.Signer = newSigner(t, next.private, src, old.State()) // the chain goes on
	req := &ingestv1.RevokeSourceKeyRequest{RequestId: uuid.NewString(), Name: old.name, Reason: "rotated"}
	revoked, err := keys.RevokeSourceKey(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	k := revoked.GetKey()
	if k.GetFirstSequence() != 0 || k.EndSequence == nil || k.GetEndSequence() != 1+3 || k.GetRevokeReason() != "rotated" || k.GetRevokeTime() == nil {
		t.Errorf("key %v", k)
	}
	if again, err := keys.RevokeSourceKey(t.Context(), req); err != nil || !proto.Equal(again, revoked) {
		t.Errorf("repeated: %v, %v", again, err)
	}
	req.RequestId = uuid.NewString()
	_, err = keys.RevokeSourceKey(t.Context(), req)
	wantReason(t, "revoked twice", err, "SOURCE_KEY_REVOKED")
	_, err = r.keys(r.garMember).RevokeSourceKey(t.Context(), &ingestv1.RevokeSourceKeyRequest{RequestId: uuid.NewString(), Name: next.name})
	wantReason(t, "another member's", err, "SOURCE_KEY_NOT_FOUND")

	wantRefused(t, "old key", sendSigned(t, r.oem, old.signed(t, r.oemMember, "b", passport, 1)), 1, "KEY_REVOKED")
	wantAccepted(t, "next key", sendSigned(t, r.oem, next.signed(t, r.oemMember, "c", passport, 1)), 1)
	awaitJournaled(t, r.oem)
	if words, _ := gaps(t, r.oem); len(words) > 0 {
		t.Errorf("gaps %v", words)
	}
	if _, err := keys.RevokeSourceKey(t.Context(), &ingestv1.RevokeSourceKeyRequest{RequestId: uuid.NewString(), Name: next.name}); err != nil {
		t.Fatal(err)
	}
	// Nobody takes the signatures off a source by revoking its keys.
	wantRefused(t, "without any key", send(t, r.oem, reading(t, r.oemMember, "d", passport, 1)), 1, "SIGNATURE_MISSING")
	r.wantKeysJournaled(t, 4)
}

// wantKeysJournaled checks that every change of a key of the maker's is a leaf of a stream that is anchored like the others.
func (r running) wantKeysJournaled(t *testing.T, want int) {
	t.Helper()
	rows, err := r.db.Query(t.Context(), "SELECT leaf FROM journal_entry WHERE stream = $1 ORDER BY seq", "keys/"+r.oemMember.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := 0
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			t.Fatal(err)
		}
		leaf, err := proof.ParseFrame(raw)
		if err != nil {
			t.Fatal(err)
		}
		entry := &ingestv1.JournaledSourceKey{}
		if err := proto.Unmarshal(leaf.Payload, entry); err != nil {
			t.Fatal(err)
		}
		key, err := signing.ParsePublicKey(entry.GetKey().GetPublicKey())
		if err != nil || "sourceKeys/"+key.ID().String() != entry.GetKey().GetName() {
			t.Errorf("entry %v, %v", entry, err)
		}
		if entry.GetKey().EndSequence == nil { // an enrolment, which shows who has the private half
			if err := signing.VerifyEnrolment(entry.GetEnrolment(), key, signing.Enrolment{Source: entry.GetKey().GetSource()}); err != nil {
				t.Error(err)
			}
		}
		got++
	}
	if err := rows.Err(); err != nil || got != want {
		t.Errorf("%d entries, want %d; %v", got, want, err)
	}
	checkpoints, err := r.logs.ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	if err != nil || len(checkpoints.GetCheckpoints()) != 2 {
		t.Errorf("checkpoints %v, %v", checkpoints, err)
	}
}

func TestWhoSeesWhichKeys(t *testing.T) {
	r := start(t)
	passport, src := r.registry.enrol(), source(r.oemMember)
	r.registry.setEnroller(r.oemMember.Name())
	cloud := r.enrol(t, r.oemMember, newEd25519(t), src, "")
	car := r.enrol(t, r.oemMember, newP256(t), src+"/car", passport)
	list := func(client ingestv1.SourceKeyServiceClient, parent string) map[string]bool {
		found := map[string]bool{}
		req := &ingestv1.ListSourceKeysRequest{Parent: parent, PageSize: 1}
		for {
			resp, err := client.ListSourceKeys(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range resp.GetKeys() {
				found[k.GetName()] = true
			}
			if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
				return found
			}
		}
	}
	own, others := r.keys(r.oemMember), r.keys(r.garMember)
	if got := list(own, r.oemMember.Name()); len(got) != 2 || !got[cloud.name] || !got[car.name] {
		t.Errorf("own keys %v", got)
	}
	if got := list(others, r.oemMember.Name()); len(got) != 1 || !got[cloud.name] {
		t.Errorf("keys of another member %v", got)
	}
	if got := list(others, passport); len(got) != 1 || !got[car.name] {
		t.Errorf("keys of a vehicle %v", got)
	}
}
