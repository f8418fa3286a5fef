package verify_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

func TestGoodDocument(t *testing.T) {
	w := newWorld(t)
	report, err := verify.Verify(w.Encode(t), w.Trust, decodeNote)
	if err != nil {
		t.Fatal(err)
	}
	want := verify.Report{
		Passport: mine, Events: 4, EpochNumber: 1, EpochHash: w.Hash(t), AsOf: time.Date(2026, 1, 31, 11, 0, 0, 0, time.UTC),
		EndorsedBy: []string{"GarageMSP", "InsurerMSP", "OemMSP"},
		Checks:     report.Checks, Claims: report.Claims, Limits: report.Limits,
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if len(report.Checks) != 4 || len(report.Claims) != 4 || len(report.Limits) != 6 {
		t.Errorf("report = %+v", report)
	}
	if age := report.Age(report.AsOf.Add(time.Hour)); age != time.Hour {
		t.Errorf("age = %s", age)
	}
}

// TestWhiteSpaceIsFree also shows that a document may be reformatted.
func TestWhiteSpaceIsFree(t *testing.T) {
	w := newWorld(t)
	var compact bytes.Buffer
	if err := json.Compact(&compact, w.Encode(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := verify.Verify(compact.Bytes(), w.Trust, decodeNote); err != nil {
		t.Error(err)
	}
}

func TestAtLeastTheDemandedOrganisations(t *testing.T) {
	w := newWorld(t)
	w.Document.Epoch.Endorsements = w.Document.Epoch.Endorsements[:2]
	if _, err := verify.Verify(w.Encode(t), w.Trust, decodeNote); err != nil {
		t.Errorf("two of three: %v", err)
	}
	w.Trust.MSPs = w.Trust.MSPs[1:]
	_, err := verify.Verify(w.Encode(t), w.Trust, decodeNote)
	if verify.ReasonOf(err) != verify.ReasonTooFewEndorsements {
		t.Errorf("one trusted: %v", err)
	}
	w.Trust.MinEndorsements = 1
	report, err := verify.Verify(w.Encode(t), w.Trust, decodeNote)
	if err != nil || len(report.EndorsedBy) != 1 || len(report.NotCounted) != 1 || report.NotCounted[0] != "GarageMSP" {
		t.Errorf("report = %+v, %v", report, err)
	}
}

// TestTamperedDocuments changes one thing at a time in the content and encodes
// it properly again, as a forger would.
func TestTamperedDocuments(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, w *prooftest.World)
		want   verify.Reason
	}{
		"schema":         {func(t *testing.T, w *prooftest.World) { w.Document.Schema = "pcc-proof/v1" }, verify.ReasonSchemaUnknown},
		"no passport":    {func(t *testing.T, w *prooftest.World) { w.Document.Passport = "" }, verify.ReasonDocumentMalformed},
		"other passport": {func(t *testing.T, w *prooftest.World) { w.Document.Passport = prooftest.OtherSubject }, verify.ReasonOtherPassport},
		"no tag":         {func(t *testing.T, w *prooftest.World) { w.Document.Tag = nil }, verify.ReasonDocumentMalformed},
		"tag cut":        {func(t *testing.T, w *prooftest.World) { w.Document.Tag = w.Document.Tag[1:] }, verify.ReasonDocumentMalformed},
		"tag of another car": {func(t *testing.T, w *prooftest.World) {
			tag := prooftest.TagOf(prooftest.OtherSubject)
			w.Document.Tag = tag[:]
		}, verify.ReasonLeafNotIncluded},
		"journaled for another vehicle": {misplaced("another vehicle"), verify.ReasonLeafNotIncluded},
		"journaled in another class":    {misplaced("another class"), verify.ReasonLeafNotIncluded},
		"journaled in no list":          {misplaced("no list"), verify.ReasonLeafNotIncluded},
		"class changed":                 {editLeaf("pcc.events.v1.Wash", "pcc.events.v1.Wish"), verify.ReasonLeafMalformed},
		"a signature that the leaf does not name": {func(t *testing.T, w *prooftest.World) {
			w.Document.Events[1].Signature = &verify.Signature{Statement: []byte("statement")}
		}, verify.ReasonSignatureInvalid},
		"older than its epoch": {func(t *testing.T, w *prooftest.World) { w.Document.GeneratedAt = time.Unix(0, 0).UTC() }, verify.ReasonGeneratedTooEarly},
		"no events":            {func(t *testing.T, w *prooftest.World) { w.Document.Events = nil }, verify.ReasonDocumentMalformed},
		"epoch not canonical":  {func(t *testing.T, w *prooftest.World) { w.Document.Epoch.Record += "\n" }, verify.ReasonEpochMalformed},
		"epoch time":           {func(t *testing.T, w *prooftest.World) { w.Epoch.TimeUnixMilli++; rewriteEpoch(t, w) }, verify.ReasonEndorsementOfOther},
		"epoch number": {func(t *testing.T, w *prooftest.World) {
			w.Epoch.Number = 2
			w.Epoch.PreviousHash[0] = 1
			rewriteEpoch(t, w)
		}, verify.ReasonEndorsementOfOther},
		"epoch stream size": {func(t *testing.T, w *prooftest.World) { w.Epoch.Streams[0].Size++; rewriteEpoch(t, w) }, verify.ReasonEndorsementOfOther},
		"channel":           {func(t *testing.T, w *prooftest.World) { w.Document.Epoch.Transaction.Channel = "other" }, verify.ReasonChannelMismatch},
		"chaincode":         {func(t *testing.T, w *prooftest.World) { w.Document.Epoch.Transaction.Chaincode = "other" }, verify.ReasonChaincodeMismatch},
		"two endorsements gone": {func(t *testing.T, w *prooftest.World) {
			w.Document.Epoch.Endorsements = w.Document.Epoch.Endorsements[:1]
		}, verify.ReasonTooFewEndorsements},
		"all endorsements gone":  {func(t *testing.T, w *prooftest.World) { w.Document.Epoch.Endorsements = nil }, verify.ReasonTooFewEndorsements},
		"one organisation twice": {sameTwice, verify.ReasonTooFewEndorsements},
		"too many endorsements":  {tooMany, verify.ReasonDocumentMalformed},
		"signature of another": {func(t *testing.T, w *prooftest.World) {
			e := w.Document.Epoch.Endorsements
			e[0].Signature = e[1].Signature
		}, verify.ReasonEndorsementInvalid},
		"certificate of another": {func(t *testing.T, w *prooftest.World) {
			e := w.Document.Epoch.Endorsements
			e[0].Certificate = e[1].Certificate
		}, verify.ReasonEndorsementInvalid},
		"organisation renamed": {func(t *testing.T, w *prooftest.World) { w.Document.Epoch.Endorsements[0].MSPID = "OemMSP" }, verify.ReasonEndorsementInvalid},
		"signed bytes cut": {func(t *testing.T, w *prooftest.World) {
			e := &w.Document.Epoch.Endorsements[0]
			e.Signed = e.Signed[1:]
		}, verify.ReasonEndorsementInvalid},
		"other record endorsed":  {endorseInstead(prooftest.Chaincode, 200, strings.Repeat("0", 64)), verify.ReasonEndorsementOfOther},
		"other chaincode":        {endorseInstead("other", 200, ""), verify.ReasonChaincodeMismatch},
		"chaincode refused":      {endorseInstead(prooftest.Chaincode, 500, ""), verify.ReasonEndorsementInvalid},
		"impostor":               {impostor, verify.ReasonEndorsementInvalid},
		"client for its peer":    {client, verify.ReasonEndorsementInvalid},
		"stream size":            {func(t *testing.T, w *prooftest.World) { w.Document.Streams[1].Size++ }, verify.ReasonStreamNotInEpoch},
		"stream root":            {func(t *testing.T, w *prooftest.World) { w.Document.Streams[1].Root[5] ^= 1 }, verify.ReasonStreamNotInEpoch},
		"stream unknown":         {func(t *testing.T, w *prooftest.World) { w.Document.Streams[1].Stream = "ingest/zzz" }, verify.ReasonStreamNotInEpoch},
		"stream left out":        {func(t *testing.T, w *prooftest.World) { w.Document.Streams = w.Document.Streams[1:] }, verify.ReasonStreamUnknown},
		"stream twice":           {func(t *testing.T, w *prooftest.World) { s := &w.Document.Streams; *s = append(*s, (*s)[0]) }, verify.ReasonStreamOrder},
		"stream without events":  {func(t *testing.T, w *prooftest.World) { w.Document.Events = w.Document.Events[1:] }, verify.ReasonStreamOrder},
		"event twice":            {func(t *testing.T, w *prooftest.World) { e := &w.Document.Events; *e = append(*e, (*e)[2]) }, verify.ReasonEventDuplicate},
		"event of another car":   {func(t *testing.T, w *prooftest.World) { e := &w.Document.Events; *e = append(*e, w.Others[0]) }, verify.ReasonOtherPassport},
		"event renumbered":       {func(t *testing.T, w *prooftest.World) { w.Document.Events[2].Seq++ }, verify.ReasonLeafNotIncluded},
		"event beyond the tree":  {func(t *testing.T, w *prooftest.World) { w.Document.Events[3].Seq = 1 << 60 }, verify.ReasonLeafNotIncluded},
		"event moved to another": {func(t *testing.T, w *prooftest.World) { w.Document.Events[2].Stream = "ingest/garage" }, verify.ReasonLeafNotIncluded},
		"leaves swapped": {func(t *testing.T, w *prooftest.World) {
			e := w.Document.Events
			e[1].Leaf, e[2].Leaf = e[2].Leaf, e[1].Leaf
		}, verify.ReasonLeafNotIncluded},
		"proofs swapped": {func(t *testing.T, w *prooftest.World) {
			e := w.Document.Events
			e[1].Proof, e[2].Proof = e[2].Proof, e[1].Proof
		}, verify.ReasonLeafNotIncluded},
		"views swapped": {func(t *testing.T, w *prooftest.World) {
			e := w.Document.Events
			e[1].View, e[2].View = e[2].View, e[1].View
		}, verify.ReasonViewMismatch},
		"leaf byte":             {editLeaf(`"index":80`, `"index":81`), verify.ReasonLeafNotIncluded},
		"leaf salt":             {func(t *testing.T, w *prooftest.World) { w.Document.Events[1].Leaf[20] ^= 1 }, verify.ReasonLeafNotIncluded},
		"proof hash":            {func(t *testing.T, w *prooftest.World) { w.Document.Events[1].Proof[0][0] ^= 1 }, verify.ReasonLeafNotIncluded},
		"proof hash cut":        {func(t *testing.T, w *prooftest.World) { p := w.Document.Events[1].Proof; p[0] = p[0][:31] }, verify.ReasonLeafNotIncluded},
		"proof longer":          {func(t *testing.T, w *prooftest.World) { p := &w.Document.Events[1].Proof; *p = append(*p, (*p)[0]) }, verify.ReasonLeafNotIncluded},
		"mileage shown":         {editView(`"odometer_metres":1003000`, `"odometer_metres":903000`), verify.ReasonViewMismatch},
		"number respelled":      {editView(`"odometer_metres":1003000`, `"odometer_metres":1.003e6`), verify.ReasonViewMismatch},
		"quality shown":         {editView(`"index":80`, `"index":81`), verify.ReasonViewMismatch},
		"field added to a view": {editView(`"quality"`, `"note":"none","quality"`), verify.ReasonViewMismatch},
		"field left out":        {editView(`"id":"event-3",`, ``), verify.ReasonViewMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(t, &w)
			report, err := verify.Verify(w.Encode(t), w.Trust, decodeNote)
			if got := verify.ReasonOf(err); got != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if report.Passport != "" {
				t.Error("a refused document has a report")
			}
		})
	}
}

func rewriteEpoch(t *testing.T, w *prooftest.World) {
	t.Helper()
	text, err := w.Epoch.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	w.Document.Epoch.Record = string(text)
}

func sameTwice(_ *testing.T, w *prooftest.World) {
	e := w.Document.Epoch.Endorsements
	w.Document.Epoch.Endorsements = []verify.Endorsement{e[0], e[0]}
}

func tooMany(_ *testing.T, w *prooftest.World) {
	e := &w.Document.Epoch.Endorsements
	for len(*e) <= verify.MaxEndorsements {
		*e = append(*e, (*e)[0])
	}
}

// endorseInstead has a trusted organisation endorse something else.
func endorseInstead(name string, status int32, payload string) func(*testing.T, *prooftest.World) {
	return func(t *testing.T, w *prooftest.World) {
		if payload == "" {
			payload = w.Hash(t)
		}
		w.Document.Epoch.Endorsements[1] = w.Organisations[1].Endorse(t, name, status, payload)
	}
}

// impostor signs in a trusted organisation's name with a certificate of its own making.
func impostor(t *testing.T, w *prooftest.World) {
	w.Document.Epoch.Endorsements[1] = prooftest.NewOrganisation(t, "InsurerMSP", "peer").Endorse(t, prooftest.Chaincode, 200, w.Hash(t))
}

// client has a certificate of the right authority, which is not a peer's.
func client(t *testing.T, w *prooftest.World) {
	o := prooftest.NewOrganisation(t, "InsurerMSP", "client")
	w.Trust.MSPs[1].RootCertificates = []string{o.RootPEM}
	w.Document.Epoch.Endorsements[1] = o.Endorse(t, prooftest.Chaincode, 200, w.Hash(t))
}

func editView(before, after string) func(*testing.T, *prooftest.World) {
	return func(t *testing.T, w *prooftest.World) {
		view := &w.Document.Events[2].View
		if !bytes.Contains(*view, []byte(before)) {
			t.Fatalf("%s has no %s", *view, before)
		}
		*view = bytes.Replace(*view, []byte(before), []byte(after), 1)
	}
}

// misplaced shows an event of the vehicle that was journaled where it does not belong.
func misplaced(where string) func(*testing.T, *prooftest.World) {
	return func(t *testing.T, w *prooftest.World) {
		event, found := w.Misplaced[where]
		if !found {
			t.Fatalf("no event is in %s", where)
		}
		w.Document.Streams = append(w.Document.Streams, w.MisplacedStream)
		w.Document.Events = append(w.Document.Events, event)
	}
}

func editLeaf(before, after string) func(*testing.T, *prooftest.World) {
	return func(t *testing.T, w *prooftest.World) {
		leaf := &w.Document.Events[1].Leaf
		if !bytes.Contains(*leaf, []byte(before)) || len(before) != len(after) {
			t.Fatalf("%s has no %s", *leaf, before)
		}
		*leaf = bytes.Replace(*leaf, []byte(before), []byte(after), 1)
	}
}

// TestDocumentsInOtherEncodings shows the same content written differently.
func TestDocumentsInOtherEncodings(t *testing.T) {
	w := newWorld(t)
	good := string(w.Encode(t))
	for name, edit := range map[string][2]string{
		"unknown field":       {`"passport"`, `"extra": 1, "passport"`},
		"unknown event field": {`"seq"`, `"extra": 1, "seq"`},
		"field repeated":      {`"passport"`, `"passport": "passports/other", "passport"`},
		"seq repeated":        {`"seq"`, `"seq": 5, "seq"`},
		"field respelled":     {`"passport"`, `"Passport"`},
		"escaped character":   {`"passports/0199`, `"passports\/0199`},
		"escaped letter":      {`"passports/0199`, `"\u0070assports/0199`},
		"number respelled":    {`"block": 7`, `"block": 7e0`},
		"view field repeated": {`"odometer_metres": 1003000`, `"odometer_metres": 1, "odometer_metres": 1003000`},
		"time respelled":      {`T12:00:00Z`, `T12:00:00.000Z`},
		"no proof":            {`"proof": []`, `"proof": null`},
		"invalid UTF-8":       {`"id": "transaction"`, "\"id\": \"\xff\""},
	} {
		if !strings.Contains(good, edit[0]) {
			t.Fatalf("%s: the document has no %s", name, edit[0])
		}
		text := strings.Replace(good, edit[0], edit[1], 1)
		if _, err := verify.Verify([]byte(text), w.Trust, decodeNote); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, text := range map[string]string{
		"nothing": "", "null": "null", "list": "[]", "cut": good[:len(good)-10], "more after it": good + "{}",
	} {
		if _, err := verify.Verify([]byte(text), w.Trust, decodeNote); verify.ReasonOf(err) == "" {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestEventsInAnotherOrder(t *testing.T) {
	w := newWorld(t)
	var d struct {
		verify.Document
		Events []json.RawMessage `json:"events"`
	}
	if err := json.Unmarshal(w.Encode(t), &d); err != nil {
		t.Fatal(err)
	}
	d.Events[1], d.Events[2] = d.Events[2], d.Events[1]
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	unescaped := bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`\u003c`), []byte("<")), []byte(`\u003e`), []byte(">"))
	if _, err := verify.Verify(unescaped, w.Trust, decodeNote); verify.ReasonOf(err) != verify.ReasonEventOrder {
		t.Errorf("error %v, want %s", err, verify.ReasonEventOrder)
	}
}
