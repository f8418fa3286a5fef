package web_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
)

// TestDamagedDocuments gives documents with some bytes changed, cut or repeated to both verifiers: they refuse the same ones for
// the same reason.
func TestDamagedDocuments(t *testing.T) {
	p := open(t)
	trustText := vector(t, "trust.json")
	trust, err := verify.ParseTrust(trustText)
	if err != nil {
		t.Fatal(err)
	}
	p.Eval(t, fmt.Sprintf("modules.trust.parseTrust(%s).then((trust) => { window.trust = trust; })", quote(t, trustText)), nil)
	var documents [][]byte
	for _, name := range []string{"complete", "events_withheld", "positions", "VIN_known", "signed_events_with_their_places"} {
		documents = append(documents, vector(t, "valid/"+name+".json"))
	}
	rapid.Check(t, func(rt *rapid.T) {
		document := damage(rt, documents[rapid.IntRange(0, len(documents)-1).Draw(rt, "document")])
		var got string
		p.Eval(t, fmt.Sprintf(`(async () => {
			const text = modules.bytes.strictText(modules.bytes.fromBase64(%q));
			if (text === null) return "DOCUMENT_MALFORMED"; // the page says so before it verifies
			return modules.verify.verify(text, window.trust).then(() => "", (err) => err.reason ?? String(err));
		})()`, base64.StdEncoding.EncodeToString(document)), &got)
		_, err := verify.Verify(document, trust, eventview.Decode)
		want := string(verify.ReasonOf(err))
		// Of the name of the field that says it, package verify does not mind the case.
		unread := []string{string(verify.ReasonDocumentMalformed), string(verify.ReasonSchemaUnknown)}
		if got != want && (!slices.Contains(unread, got) || !slices.Contains(unread, want)) {
			rt.Fatalf("the page: %s, package verify: %v", got, err)
		}
	})
}

// damaged damages bytes one time in eight.
func damaged(rt *rapid.T, whole []byte) []byte {
	if len(whole) == 0 || rapid.IntRange(0, 7).Draw(rt, "damaged") != 0 {
		return whole
	}
	return damage(rt, whole)
}

// damage changes, cuts or repeats some bytes.
func damage(rt *rapid.T, whole []byte) []byte {
	from := rapid.IntRange(0, len(whole)-1).Draw(rt, "from")
	to := min(len(whole), from+rapid.IntRange(1, 8).Draw(rt, "bytes"))
	switch rapid.IntRange(0, 2).Draw(rt, "damage") {
	case 0:
		return slices.Concat(whole[:from], []byte{byte(rapid.IntRange(' ', '~').Draw(rt, "byte"))}, whole[from+1:])
	case 1:
		return slices.Concat(whole[:from], whole[to:])
	default:
		return slices.Concat(whole[:to], whole[from:])
	}
}
