package signatures_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
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
	// skip leaves entries unsigned.
	skip func(seq int) bool
	// spoil changes the statement over entry seq before it is journaled.
	spoil func(seq int, statement []byte)
	// member sends entry seq.
	member func(seq int) string
	// beside is how many other events each statement covers on either side.
	beside int
}

func newCar(t *testing.T) *car {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return &car{
		signer: newSigner(t, key), skip: func(int) bool { return false }, spoil: func(int, []byte) {},
		member: func(int) string { return "members/oem" },
		key:    verify.SourceKey{Source: carSource, Passport: prooftest.Subject, PublicKey: newSigner(t, key).Public().DER()},
	}
}

func newSigner(t *testing.T, key crypto.Signer) *signing.Signer {
	t.Helper()
	s, err := signing.NewSigner(key, carSource, signing.State{})
	must(t, err)
	return s
}

// payload is a journaled event of the car's, with what is shown of its signature.
func (c *car) payload(t testing.TB, passport string, seq int) ([]byte, *verify.Signature) {
	t.Helper()
	at := time.Date(2026, 1, 30, 10, 0, seq, 0, time.UTC)
	j := &ingestv1.JournaledEvent{
		CloudEvent: reading(t, passport, seq), Passport: passport, Member: c.member(seq), Quality: &ingestv1.Quality{Index: 85, PolicyVersion: "1"},
		ReceiveTime: timestamppb.New(at), Id: make([]byte, 16),
	}
	var shown *verify.Signature
	if passport == prooftest.Subject && !c.skip(seq) {
		j.Signature, shown = c.sign(t, seq, j.GetCloudEvent())
	}
	out, err := proto.Marshal(j)
	must(t, err)
	return out, shown
}

// sign makes a statement over an event and those beside it.
func (c *car) sign(t testing.TB, seq int, event []byte) (*ingestv1.EventSignature, *verify.Signature) {
	t.Helper()
	var events [][]byte
	var hashes []signing.Hash
	for i := range 2*c.beside + 1 {
		e := event
		if i != c.beside {
			e = fmt.Appendf(nil, "event %d beside %d", i, seq)
		}
		events, hashes = append(events, e), append(hashes, sha256.Sum256(e))
	}
	statement, err := c.signer.Sign(events)
	must(t, err)
	c.spoil(seq, statement)
	tree, err := signing.NewTree(hashes)
	must(t, err)
	id := sha256.Sum256(statement)
	shown := &verify.Signature{Statement: statement, Path: [][]byte{}}
	for _, h := range tree.Path(c.beside) {
		shown.Path = append(shown.Path, h[:])
	}
	return &ingestv1.EventSignature{StatementSha256: id[:], Index: int32(c.beside), Distance: 1}, shown
}

// reading is an encoded event of the car's.
func reading(t testing.TB, passport string, seq int) []byte {
	t.Helper()
	at := time.Date(2026, 1, 30, 10, 0, seq, 0, time.UTC)
	e, err := event.New(fmt.Sprint("id-", seq), carSource, passport, at, &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
		RawValue: fmt.Sprint(1000 + seq), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
		Provenance: eventsv1.Provenance_PROVENANCE_SIGNED_ECU,
	}})
	must(t, err)
	encoded, err := proto.Marshal(e)
	must(t, err)
	return encoded
}

// world is that of the car's events: entry 0 of ingest/garage and entries 0, 2, 3, 5 and 6 of ingest/oem are the list shown.
func (c *car) world(t *testing.T) (prooftest.World, verify.Trust) {
	t.Helper()
	w := prooftest.NewWorld(t, prooftest.Plan{LeafType: eventview.LeafType, Content: c.payload, Decode: eventview.Decode})
	w.AddPositions(t, &w.Document, len(w.Records))
	w.Trust.SourceKeys = []verify.SourceKey{c.key}
	text, err := json.Marshal(w.Trust)
	must(t, err)
	trust, err := verify.ParseTrust(text)
	must(t, err)
	return w, trust
}

// document is a verified document of the car's events.
func (c *car) document(t *testing.T) []byte {
	t.Helper()
	w, trust := c.world(t)
	document := w.Encode(t)
	_, err := verify.Verify(document, trust, eventview.Decode)
	must(t, err)
	return document
}

func TestSignedEventsAreCounted(t *testing.T) {
	c := newCar(t)
	c.skip = first() // the garage's entry
	report, err := signatures.Check(c.document(t), []verify.SourceKey{c.key})
	must(t, err)
	if report.Signed != 5 || report.OfVehicle != 5 || report.Unsigned != 1 || len(report.NotCounted) != 0 || report.NotShown[carSource] != 0 {
		t.Errorf("report %+v", report)
	}
	if len(report.Checks) != 3 || len(report.Limits) != 3 {
		t.Errorf("words %q, %q", report.Checks, report.Limits)
	}
}

// first is true of the first entry that is asked about: the garage's.
func first() func(int) bool {
	asked := false
	return func(int) bool {
		defer func() { asked = true }()
		return !asked
	}
}

// TestWhatAVehicleSignedAndIsNotShownIsMissed lets number 0 come from a member that the key's events cannot come from.
func TestWhatAVehicleSignedAndIsNotShownIsMissed(t *testing.T) {
	c := newCar(t)
	isFirst := first()
	c.member = func(seq int) string {
		if isFirst(seq) {
			return "members/garage"
		}
		return "members/oem"
	}
	report, err := signatures.Check(c.document(t), []verify.SourceKey{c.key})
	must(t, err)
	if report.Signed != 5 || report.NotShown[carSource] != 1 || len(report.Limits) != 4 || len(report.NotCounted) != 1 {
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
		"enrolled later":            {func(k *verify.SourceKey) { k.FirstSequence = 3 }, 3},
		"revoked before":            {func(k *verify.SourceKey) { k.EndSequence = &end }, 2},
		"another source's":          {func(k *verify.SourceKey) { k.Source += "/2" }, 0},
		"another vehicle's":         {func(k *verify.SourceKey) { k.Passport = prooftest.OtherSubject }, 0},
		"no vehicle's, but a cloud": {func(k *verify.SourceKey) { k.Passport = "" }, 6},
	} {
		key := c.key
		test.change(&key)
		report, err := signatures.Check(document, []verify.SourceKey{key})
		if err != nil || report.Signed != test.signed || report.Signed+len(report.NotCounted) != 6 {
			t.Errorf("%s: %+v, %v", what, report, err)
		}
	}
}

// TestAKeyWithAnEndNeedsPositions shows no event's place, which a key that is good for ever does without.
func TestAKeyWithAnEndNeedsPositions(t *testing.T) {
	c := newCar(t)
	w, _ := c.world(t)
	for i := range w.Document.Lists[0].Entries {
		w.Document.Lists[0].Entries[i].Position = nil
	}
	for end, signed := range map[*uint64]int{nil: 6, new(uint64): 0} {
		c.key.EndSequence = end
		report, err := signatures.Check(w.Encode(t), []verify.SourceKey{c.key})
		if err != nil || report.Signed != signed || report.Signed+len(report.NotCounted) != 6 {
			t.Errorf("%+v, %v", report, err)
		}
	}
}

// TestWithheldEventsAreMissed hides a signed event: its number is not there.
func TestWithheldEventsAreMissed(t *testing.T) {
	c := newCar(t)
	w, _ := c.world(t)
	prooftest.Withhold(&w.Document.Lists[0], 2)
	report, err := signatures.Check(w.Encode(t), []verify.SourceKey{c.key})
	if err != nil || report.Signed != 5 || report.NotShown[carSource] != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestASignatureOfAnotherKeyRefusesTheDocument journals a statement that names a listed key and was not signed with it.
func TestASignatureOfAnotherKeyRefusesTheDocument(t *testing.T) {
	c := newCar(t)
	c.spoil = func(seq int, statement []byte) {
		if seq == 6 {
			statement[len(statement)-1] ^= 1
		}
	}
	_, err := signatures.Check(c.document(t), []verify.SourceKey{c.key})
	if verify.ReasonOf(err) != verify.ReasonSignatureInvalid {
		t.Errorf("got %v", err)
	}
}

// TestForgedSignaturesAreRefused shows, with an event that was signed in a statement over seven, what does not verify it.
func TestForgedSignaturesAreRefused(t *testing.T) {
	c := newCar(t)
	c.beside = 3
	w, trust := c.world(t)
	const forged = 3 // of the events shown, and of the statements
	entry, statement := &w.Document.Lists[0].Entries[forged], &w.Document.Statements[forged]
	good, before := verify.Signature{Statement: *statement, Path: entry.Signature.Path}, w.Document.Lists[0].Entries[forged-1].Signature.Path
	for what, s := range map[string]verify.Signature{
		"no statement":            {Path: good.Path},
		"a statement cut":         {Statement: good.Statement[1:], Path: good.Path},
		"a signature changed":     {Statement: changed(good.Statement, len(good.Statement)-1), Path: good.Path},
		"no path":                 {Statement: good.Statement, Path: [][]byte{}},
		"a path cut":              {Statement: good.Statement, Path: good.Path[1:]},
		"a path that goes on":     {Statement: good.Statement, Path: append(slices.Clone(good.Path), good.Path[0])},
		"a path moved":            {Statement: good.Statement, Path: [][]byte{good.Path[1], good.Path[0], good.Path[2]}},
		"a path of another event": {Statement: good.Statement, Path: before},
		"a hash changed":          {Statement: good.Statement, Path: [][]byte{changed(good.Path[0], 0), good.Path[1], good.Path[2]}},
	} {
		*statement, entry.Signature.Path = slices.Concat(s.Statement, []byte{}), s.Path
		wantInvalid(t, what, w, trust)
	}
	*statement, entry.Signature = good.Statement, nil
	w.Document.Statements = slices.Delete(w.Document.Statements, forged, forged+1)
	for i := range w.Document.Lists[0].Entries[forged+1:] {
		w.Document.Lists[0].Entries[forged+1+i].Signature.Statement--
	}
	wantInvalid(t, "none", w, trust)
}

// wantInvalid demands that both checks refuse the document for a signature.
func wantInvalid(t *testing.T, what string, w prooftest.World, trust verify.Trust) {
	t.Helper()
	_, err := verify.Verify(w.Encode(t), trust, eventview.Decode)
	if verify.ReasonOf(err) != verify.ReasonSignatureInvalid {
		t.Errorf("%s: Verify: %v", what, err)
	}
	_, err = signatures.Check(w.Encode(t), trust.SourceKeys)
	if verify.ReasonOf(err) != verify.ReasonSignatureInvalid {
		t.Errorf("%s: Check: %v", what, err)
	}
}

// TestALeafNamesItsPlaceInTheStatement journals leaves that name what their statement does not say.
func TestALeafNamesItsPlaceInTheStatement(t *testing.T) {
	c := newCar(t)
	c.beside = 3
	event := reading(t, prooftest.Subject, 1)
	good, shown := c.sign(t, 1, event)
	for what, change := range map[string]func(j *ingestv1.JournaledEvent){
		"":                  func(*ingestv1.JournaledEvent) {},
		"another index":     func(j *ingestv1.JournaledEvent) { j.Signature.Index++ },
		"no index":          func(j *ingestv1.JournaledEvent) { j.Signature.Index = -1 },
		"another statement": func(j *ingestv1.JournaledEvent) { j.Signature.StatementSha256 = make([]byte, 32) },
		"half a hash": func(j *ingestv1.JournaledEvent) {
			j.Signature.StatementSha256 = j.GetSignature().GetStatementSha256()[:16]
		},
		"another event": func(j *ingestv1.JournaledEvent) { j.CloudEvent = reading(t, prooftest.Subject, 2) },
		"no signature":  func(j *ingestv1.JournaledEvent) { j.Signature = nil },
	} {
		j := &ingestv1.JournaledEvent{CloudEvent: event, Signature: proto.CloneOf(good)}
		change(j)
		if _, err := signatures.Statement(j, shown); (err == nil) != (what == "") || err != nil && !errors.Is(err, verify.ErrSignature) {
			t.Errorf("%q: %v", what, err)
		}
	}
}

func changed(data []byte, at int) []byte {
	data = slices.Clone(data)
	data[at] ^= 1
	return data
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
