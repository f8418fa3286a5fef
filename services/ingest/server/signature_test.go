package server_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/signatures"
)

// TestSignedEventsVerifyAloneFromTheJournal sends batches with a bad event in them over both ways and verifies each event that
// was journaled with nothing but its leaf and the key.
func TestSignedEventsVerifyAloneFromTheJournal(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	s := r.enrol(t, r.oemMember, newP256(t), source(r.oemMember), "")
	ack := sendSigned(t, r.oem, s.sign(t, append(readings(t, r.oemMember, "a", passport, 3), reading(t, r.oemMember, "bad", "passports/none", 1))...))
	if ack.GetAccepted() != 3 || len(ack.GetRejections()) != 1 || ack.GetRejections()[0].GetReason() != "SUBJECT_INVALID" {
		t.Errorf("acknowledgement %v", ack)
	}
	stream, err := r.oem.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&ingestv1.StreamEventsRequest{Signed: s.signed(t, r.oemMember, "b", passport, 2)}); err != nil {
		t.Fatal(err)
	}
	resp, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	wantAccepted(t, "stream", resp.GetAcknowledgement(), 2)
	awaitJournaled(t, r.oem)

	var sequences []uint64
	for _, e := range r.proven(t, passport) {
		sequences = append(sequences, verifySignature(t, e, s.Public()))
	}
	slices.Sort(sequences)
	if !slices.Equal(sequences, []uint64{0, 1, 2, 4, 5}) { // 3 was refused: its statement has come nevertheless
		t.Errorf("numbers %v", sequences)
	}
	list, err := r.oem.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: passport})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list.GetEvents() {
		if e.GetSourceKey() != s.name || e.SourceSequence == nil {
			t.Errorf("event %v", e)
		}
	}
	if words, _ := gaps(t, r.oem); len(words) > 0 {
		t.Errorf("gaps %v", words)
	}
}

// proven returns the events of a passport as they are proven under the newest checkpoints.
func (r running) proven(t *testing.T, passport string) []*ingestv1.ProvenEvent {
	t.Helper()
	checkpoints, err := r.logs.ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	proven, err := r.journal.ProvePassportEvents(t.Context(), &ingestv1.ProvePassportEventsRequest{
		Passport: passport, Checkpoints: checkpoints.GetCheckpoints(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return proven.GetEvents()
}

// verifySignature verifies one event with nothing else and returns its number in the chain.
func verifySignature(t *testing.T, e *ingestv1.ProvenEvent, key signing.PublicKey) uint64 {
	t.Helper()
	leaf, err := proof.ParseFrame(e.GetLeaf())
	if err != nil {
		t.Fatal(err)
	}
	journaled := &ingestv1.JournaledEvent{}
	if err := proto.Unmarshal(leaf.Payload, journaled); err != nil {
		t.Fatal(err)
	}
	shown := &verify.Signature{Statement: e.GetSignature().GetStatement(), Path: e.GetSignature().GetPath()}
	statement, err := signatures.Statement(journaled, shown)
	if err != nil {
		t.Fatal(err)
	}
	if err := statement.Verify(key); err != nil {
		t.Error(err)
	}
	return statement.First + uint64(journaled.GetSignature().GetIndex())
}

func TestSignaturesThatDoNotHoldAreRefused(t *testing.T) {
	r := start(t)
	passport, other := r.registry.enrol(), r.registry.enrol()
	r.registry.setEnroller(r.oemMember.Name())
	src := source(r.oemMember)
	wantAccepted(t, "before there is a key", send(t, r.oem, reading(t, r.oemMember, "before", passport, 1)), 1)
	s := r.enrol(t, r.oemMember, newEd25519(t), src, "")
	batch := func() *ingestv1.SignedBatch { return s.signed(t, r.oemMember, "e", passport, 2) }

	wantRefused(t, "unsigned", send(t, r.oem, reading(t, r.oemMember, "e", passport, 1)), 1, "SIGNATURE_MISSING")
	reordered := batch()
	slices.Reverse(reordered.GetCloudEvents())
	wantRefused(t, "reordered", sendSigned(t, r.oem, reordered), 2, "SIGNATURE_INVALID")
	shorter := batch()
	shorter.CloudEvents = shorter.GetCloudEvents()[:1]
	wantRefused(t, "shortened", sendSigned(t, r.oem, shorter), 1, "SIGNATURE_INVALID")
	forged := batch()
	forged.Statement = bytes.Clone(forged.GetStatement())
	forged.GetStatement()[len(forged.GetStatement())-1] ^= 1
	wantRefused(t, "forged", sendSigned(t, r.oem, forged), 2, "SIGNATURE_INVALID")
	garbage := batch()
	garbage.Statement = []byte("garbage")
	wantRefused(t, "garbage", sendSigned(t, r.oem, garbage), 2, "SIGNATURE_INVALID")
	stranger := &signer{Signer: newSigner(t, newEd25519(t), src, signing.State{})}
	wantRefused(t, "unknown key", sendSigned(t, r.oem, stranger.signed(t, r.oemMember, "e", passport, 2)), 2, "KEY_UNKNOWN")
	elsewhere := &signer{Signer: newSigner(t, s.private, src+"/2", signing.State{})}
	wantRefused(t, "statement of another source", sendSigned(t, r.oem, elsewhere.signed(t, r.oemMember, "e", passport, 2)), 2, "SIGNATURE_INVALID")
	garage := &signer{Signer: newSigner(t, s.private, source(r.garMember), signing.State{})}
	wantRefused(t, "another member's key", sendSigned(t, r.garage, garage.signed(t, r.garMember, "e", passport, 2)), 2, "KEY_UNKNOWN")

	car := r.enrol(t, r.oemMember, newP256(t), src+"/car", passport)
	ofCar := func(id, passport string) *pb.CloudEvent {
		e := reading(t, r.oemMember, id, passport, 5)
		e.Source = src + "/car"
		return e
	}
	wantRefused(t, "another vehicle", sendSigned(t, r.oem, car.sign(t, ofCar("x", other))), 1, "KEY_UNKNOWN")
	wantAccepted(t, "the vehicle itself", sendSigned(t, r.oem, car.sign(t, ofCar("x", passport))), 1)
	wantAccepted(t, "after all", sendSigned(t, r.oem, batch()), 2)
}

// TestOnlySignedEventsClaimASignedValue: what the vehicle's own unit signed is worth most, so nobody may just say so.
func TestOnlySignedEventsClaimASignedValue(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	claim := func(id string) *pb.CloudEvent {
		o := odometer("100")
		o.Provenance = eventsv1.Provenance_PROVENANCE_SIGNED_ECU
		return newEvent(t, r.oemMember, id, passport, &eventsv1.OdometerReading{Odometer: o})
	}
	ack := send(t, r.oem, claim("e"))
	wantRefused(t, "unsigned", ack, 1, "SIGNATURE_MISSING")
	if field := ack.GetRejections()[0].GetField(); field != "data.odometer.provenance" {
		t.Errorf("field %s", field)
	}
	s := r.enrol(t, r.oemMember, newEd25519(t), source(r.oemMember), "")
	wantAccepted(t, "signed", sendSigned(t, r.oem, s.sign(t, claim("e"))), 1)
}

func TestGapsAndForksOfAChainAreShown(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	s := r.enrol(t, r.oemMember, newEd25519(t), source(r.oemMember), "")
	first, second, third := s.signed(t, r.oemMember, "a", passport, 2), s.signed(t, r.oemMember, "b", passport, 3), s.signed(t, r.oemMember, "c", passport, 1)
	wantAccepted(t, "first", sendSigned(t, r.oem, first), 2)
	wantAccepted(t, "third", sendSigned(t, r.oem, third), 1)
	awaitJournaled(t, r.oem)
	if words, _ := gaps(t, r.oem); !slices.Equal(words, []string{"SOURCE_GAP_KIND_MISSING 2-4"}) {
		t.Errorf("gaps %v", words)
	}
	wantAccepted(t, "second, late", sendSigned(t, r.oem, second), 3)
	awaitJournaled(t, r.oem)
	if words, _ := gaps(t, r.oem); len(words) > 0 {
		t.Errorf("gaps %v", words)
	}
	for range 2 { // a repeated batch says nothing new
		if ack := sendSigned(t, r.oem, second); ack.GetDuplicates() != 3 {
			t.Errorf("repeated: %v", ack)
		}
	}

	// The source comes back from an old backup and uses numbers again.
	forked := &signer{Signer: newSigner(t, s.private, source(r.oemMember), signing.State{})}
	wantAccepted(t, "forked", sendSigned(t, r.oem, forked.signed(t, r.oemMember, "d", passport, 1)), 1)
	awaitJournaled(t, r.oem)
	words, all := gaps(t, r.oem)
	if !slices.Equal(words, []string{"SOURCE_GAP_KIND_FORK 0-0"}) {
		t.Fatalf("gaps %v", words)
	}
	for _, sealed := range all[0].GetStatements() { // anybody can verify that the source said both
		statement, err := signing.Parse(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if err := statement.Verify(s.Public()); err != nil || statement.First != 0 {
			t.Errorf("statement %v, %v", statement.Statement, err)
		}
	}
	if words, _ := gaps(t, r.garage); len(words) > 0 {
		t.Errorf("another member sees %v", words)
	}
}

// TestStatementsCountWhateverBecomesOfTheirEvents: what was received is not missing.
func TestStatementsCountWhateverBecomesOfTheirEvents(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	s := r.enrol(t, r.oemMember, newEd25519(t), source(r.oemMember), "")
	events := readings(t, r.oemMember, "e", passport, 2)
	late := "passports/0199e9d4-0000-7000-8000-00000000feed"
	wantAccepted(t, "first", sendSigned(t, r.oem, s.sign(t, events...)), 2)
	if ack := sendSigned(t, r.oem, s.sign(t, events...)); ack.GetDuplicates() != 2 {
		t.Errorf("signed once more: %v", ack)
	}
	wantRefused(t, "refused", sendSigned(t, r.oem, s.sign(t, reading(t, r.oemMember, "late", late, 1))), 1, "PASSPORT_UNKNOWN")
	wantAccepted(t, "last", sendSigned(t, r.oem, s.signed(t, r.oemMember, "f", passport, 1)), 1)
	awaitJournaled(t, r.oem)
	if words, _ := gaps(t, r.oem); len(words) > 0 {
		t.Errorf("gaps %v", words)
	}

	// The refused one is replayed as signed as it was.
	r.registry.enrolAs(late)
	letters, err := r.oem.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{})
	if err != nil || len(letters.GetDeadLetters()) != 1 {
		t.Fatalf("letters %v, %v", letters, err)
	}
	if _, err := r.oem.ReplayDeadLetter(t.Context(), &ingestv1.ReplayDeadLetterRequest{Name: letters.GetDeadLetters()[0].GetName()}); err != nil {
		t.Fatal(err)
	}
	awaitJournaled(t, r.oem)
	replayed := r.proven(t, late)
	if len(replayed) != 1 || verifySignature(t, replayed[0], s.Public()) != 4 {
		t.Errorf("replayed %v", replayed)
	}
}

func TestARequestHasEventsOrASignedBatch(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	s := r.enrol(t, r.oemMember, newEd25519(t), source(r.oemMember), "")
	both := &ingestv1.IngestEventsRequest{
		Events: readings(t, r.oemMember, "e", passport, 1), Signed: s.signed(t, r.oemMember, "e", passport, 1),
	}
	for what, req := range map[string]*ingestv1.IngestEventsRequest{"both": both, "neither": {}} {
		_, err := r.oem.IngestEvents(t.Context(), req)
		wantReason(t, what, err, "INVALID_FIELD")
	}
}
