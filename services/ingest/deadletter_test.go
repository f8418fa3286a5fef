package ingest

import (
	"bytes"
	"crypto/sha256"
	"testing"
	"time"
)

// TestTheLetterOfConfidentialContentHasNoneOfIt: neither the event, nor a hash that a guess of its content could be held to.
func TestTheLetterOfConfidentialContentHasNoneOfIt(t *testing.T) {
	content := []byte("claimed: 1200 EUR")
	b := inspection{member: "oem", now: time.Unix(1_780_000_000, 0), candidates: []Candidate{{
		ID: "c-1", Source: "/members/other/claims", SpecVersion: specVersion, Bytes: content, Signature: &Signature{},
		Withheld: NewFault(ReasonConfidentialInClear, "data.claimed", "sealed only"),
	}}}
	b.checkAlone()
	letters, err := b.letters()
	if err != nil || len(letters) != 1 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	l := letters[0]
	if l.Bytes != nil || l.Signature != nil || l.ContentHash == sha256.Sum256(content) || bytes.Contains([]byte(l.Detail), content) {
		t.Errorf("letter %+v", l)
	}
	if l.Source == "" || l.EventID == "" || l.Reason != ReasonConfidentialInClear {
		t.Errorf("its sender cannot tell which event it was: %+v", l)
	}
}
