package signatures_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
	"github.com/pcc-platform/pcc/verify/signatures"
)

const carSource = "/members/oem/car"

// car signs the events of a world's document, each alone.
type car struct {
	signer *signing.Signer
	key    verify.SourceKey
	// spoil changes what is journaled of entry seq.
	spoil func(seq int, j *ingestv1.JournaledEvent)
	// skip leaves entries unsigned.
	skip func(seq int) bool
}

func newCar(t *testing.T) *car {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return &car{
		signer: newSigner(t, key), skip: func(int) bool { return false }, spoil: func(int, *ingestv1.JournaledEvent) {},
		key: verify.SourceKey{Source: carSource, Passport: prooftest.Subject, PublicKey: newSigner(t, key).Public().DER()},
	}
}

func newSigner(t *testing.T, key crypto.Signer) *signing.Signer {
	t.Helper()
	s, err := signing.NewSigner(key, carSource, signing.State{})
	must(t, err)
	return s
}

// payload is a journaled event of the car's, signed alone.
func (c *car) payload(t testing.TB, passport string, seq int) []byte {
	t.Helper()
	at := time.Date(2026, 1, 30, 10, 0, seq, 0, time.UTC)
	e, err := event.New(fmt.Sprint("id-", seq), carSource, passport, at, &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
		RawValue: fmt.Sprint(1000 + seq), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
		Provenance: eventsv1.Provenance_PROVENANCE_SIGNED_ECU,
	}})
	must(t, err)
	encoded, err := proto.Marshal(e)
	must(t, err)
	j := &ingestv1.JournaledEvent{
		CloudEvent: encoded, Passport: passport, Member: "members/oem", Quality: &ingestv1.Quality{Index: 85, PolicyVersion: "1"},
		ReceiveTime: timestamppb.New(at),
	}
	if passport == prooftest.Subject && !c.skip(seq) {
		statement, err := c.signer.Sign([][]byte{encoded})
		must(t, err)
		j.Signature = &ingestv1.EventSignature{Statement: statement}
	}
	c.spoil(seq, j)
	out, err := proto.Marshal(j)
	must(t, err)
	return out
}

// document is a verified document of the car's events: entry 0 of ingest/garage and entries 0, 3 and 6 of ingest/oem.
func (c *car) document(t *testing.T) []byte {
	t.Helper()
	w := prooftest.NewWorld(t, eventview.LeafType, c.payload, eventview.Decode)
	w.Trust.SourceKeys = []verify.SourceKey{c.key}
	text, err := json.Marshal(w.Trust)
	must(t, err)
	trust, err := verify.ParseTrust(text)
	must(t, err)
	document := w.Encode(t)
	_, err = verify.Verify(document, trust, eventview.Decode)
	must(t, err)
	return document
}

func TestSignedEventsAreCounted(t *testing.T) {
	c := newCar(t)
	first := true
	c.skip = func(int) bool { // the garage's entry, which comes first
		defer func() { first = false }()
		return first
	}
	report, err := signatures.Check(c.document(t), []verify.SourceKey{c.key})
	must(t, err)
	if report.Signed != 3 || report.OfVehicle != 3 || report.Unsigned != 1 || len(report.NotCounted) != 0 || report.NotShown[carSource] != 0 {
		t.Errorf("report %+v", report)
	}
	if len(report.Checks) != 3 || len(report.Limits) != 3 {
		t.Errorf("words %q, %q", report.Checks, report.Limits)
	}
}

// TestWhatAVehicleSignedAndIsNotShownIsMissed lets number 0 stand in a stream where the key's events cannot be.
func TestWhatAVehicleSignedAndIsNotShownIsMissed(t *testing.T) {
	c := newCar(t)
	report, err := signatures.Check(c.document(t), []verify.SourceKey{c.key})
	must(t, err)
	if report.Signed != 3 || report.NotShown[carSource] != 1 || len(report.Limits) != 4 || len(report.NotCounted) != 1 {
		t.Errorf("report %+v", report)
	}
}

func TestSignaturesThatProveNothingAreNotCounted(t *testing.T) {
	c, other := newCar(t), newCar(t)
	document := c.document(t)
	end := uint64(3)
	for what, test := range map[string]struct {
		change func(k *verify.SourceKey)
		signed int
	}{
		"not listed":                {func(k *verify.SourceKey) { k.PublicKey = other.key.PublicKey }, 0},
		"enrolled later":            {func(k *verify.SourceKey) { k.FirstSequence = 3 }, 2},
		"revoked before":            {func(k *verify.SourceKey) { k.EndSequence = &end }, 1},
		"another source's":          {func(k *verify.SourceKey) { k.Source += "/2" }, 0},
		"another vehicle's":         {func(k *verify.SourceKey) { k.Passport = prooftest.OtherSubject }, 0},
		"no vehicle's, but a cloud": {func(k *verify.SourceKey) { k.Passport = "" }, 3},
	} {
		key := c.key
		test.change(&key)
		report, err := signatures.Check(document, []verify.SourceKey{key})
		if err != nil || report.Signed != test.signed || report.Signed+len(report.NotCounted) != 4 {
			t.Errorf("%s: %+v, %v", what, report, err)
		}
	}
}

func TestSignaturesThatDoNotHoldRefuseTheDocument(t *testing.T) {
	other := newCar(t)
	for what, spoil := range map[string]func(t *testing.T, j *ingestv1.JournaledEvent){
		"another index": func(_ *testing.T, j *ingestv1.JournaledEvent) { j.Signature.AuditPath = make([]byte, 32) },
		"half a path":   func(_ *testing.T, j *ingestv1.JournaledEvent) { j.Signature.AuditPath = make([]byte, 16) },
		"bent signature": func(_ *testing.T, j *ingestv1.JournaledEvent) {
			s := slices.Clone(j.Signature.Statement)
			s[len(s)-1] ^= 1
			j.Signature.Statement = s
		},
		"of another event": func(t *testing.T, j *ingestv1.JournaledEvent) {
			var e ingestv1.JournaledEvent
			must(t, proto.Unmarshal(other.payload(t, prooftest.Subject, 100), &e))
			j.CloudEvent = e.GetCloudEvent()
		},
	} {
		c := newCar(t)
		c.spoil = func(seq int, j *ingestv1.JournaledEvent) {
			if seq == 6 {
				spoil(t, j)
			}
		}
		_, err := signatures.Check(c.document(t), []verify.SourceKey{c.key})
		if verify.ReasonOf(err) != verify.ReasonSignatureInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestBadKeyListsAreRefused(t *testing.T) {
	c := newCar(t)
	document := c.document(t)
	bad := c.key
	bad.PublicKey = []byte("key")
	foreign := c.key
	foreign.Source = "somewhere"
	for what, keys := range map[string][]verify.SourceKey{"no key": {bad}, "no source": {foreign}, "twice": {c.key, c.key}} {
		if _, err := signatures.Check(document, keys); verify.ReasonOf(err) != verify.ReasonTrustMalformed {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
