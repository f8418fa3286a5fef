package server_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// ownerKey is a holder's key; only its name matters here.
const ownerKey access.Identity = "key:ed25519:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

// consentText is what a holder signs.
func consentText(t *testing.T, expiry time.Time) string {
	t.Helper()
	c := access.Consent{Policy: access.PolicyID(strings.Repeat("5e", 16)), Owner: ownerKey, Recipient: "insurer", ExpiryUnixMilli: expiry.UnixMilli()}
	_, _ = rand.Read(c.Nonce[:])
	text, err := c.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestConsentsAreOnRecordUntilTheyAreErased(t *testing.T) {
	r := start(t)
	holder, desk := r.register(t, r.oem, r.bind(t, erasedVIN)), r.desk("oem", "admin")
	req := &vaultv1.RecordConsentRequest{RequestId: newRequestID(), Holder: holder, Text: consentText(t, time.Now().Add(time.Hour))}
	recorded, err := desk.RecordConsent(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(req.GetText()))
	if c := recorded.GetConsent(); !bytes.Equal(c.GetHash(), hash[:]) || c.GetText() != req.GetText() || c.GetWithdrawTime() != nil {
		t.Errorf("recorded %v", c)
	}
	again, err := desk.RecordConsent(t.Context(), req)
	if err != nil || !proto.Equal(again, recorded) {
		t.Errorf("repeated: %v, %v", again, err)
	}
	same := &vaultv1.RecordConsentRequest{RequestId: newRequestID(), Holder: holder, Text: req.GetText()}
	_, err = desk.RecordConsent(t.Context(), same)
	wantReason(t, "the same text", err, "CONSENT_EXISTS", "")
	r.checkWithdrawal(t, recorded.GetConsent())

	for where, text := range map[string]string{"log": r.Log.String(), "database": r.dump(t)} {
		if strings.Contains(text, string(ownerKey)) || strings.Contains(text, fmt.Sprintf("%x", string(ownerKey))) {
			t.Errorf("the %s shows the consent's text", where)
		}
	}
	r.erase(t, r.openErasure(t, holder))
	if n := r.count(t, `SELECT count(*) FROM consent`); n != 0 {
		t.Errorf("%d consents outlive the erasure", n)
	}
}

// checkWithdrawal withdraws a consent twice.
func (r running) checkWithdrawal(t *testing.T, c *vaultv1.Consent) {
	t.Helper()
	desk := r.desk("oem", "admin")
	_, err := r.desk("garage", "admin").WithdrawConsent(t.Context(), &vaultv1.WithdrawConsentRequest{Name: c.GetName()})
	wantReason(t, "another member's consent", err, "CONSENT_NOT_FOUND", "")
	var at time.Time
	for i := range 2 {
		got, err := desk.WithdrawConsent(t.Context(), &vaultv1.WithdrawConsentRequest{Name: c.GetName()})
		if err != nil {
			t.Fatal(err)
		}
		withdrawal, err := access.ParseWithdrawal([]byte(got.GetWithdrawal()))
		if err != nil || withdrawal.Owner != ownerKey || !bytes.Equal(withdrawal.Consent[:], c.GetHash()) {
			t.Errorf("withdrawal %q, %v", got.GetWithdrawal(), err)
		}
		listed, err := desk.ListConsents(t.Context(), &vaultv1.ListConsentsRequest{Holder: c.GetHolder()})
		if err != nil || len(listed.GetConsents()) != 1 || listed.GetConsents()[0].GetText() != c.GetText() {
			t.Fatalf("listed %v, %v", listed, err)
		}
		now := listed.GetConsents()[0].GetWithdrawTime().AsTime()
		if i > 0 && !now.Equal(at) {
			t.Errorf("withdrawn at %s, and again at %s", at, now)
		}
		at = now
	}
}

func TestWhatIsNoConsent(t *testing.T) {
	r := start(t)
	holder := r.register(t, r.oem, r.bind(t, testVIN(1)))
	for what, c := range map[string]struct{ member, holder, text, reason, field string }{
		"expired":         {"oem", holder, consentText(t, time.Now().Add(-time.Hour)), "INVALID_FIELD", "text"},
		"not a consent":   {"oem", holder, "pcc-consent/v2\n", "INVALID_FIELD", "text"},
		"another's":       {"garage", holder, consentText(t, time.Now().Add(time.Hour)), "HOLDER_NOT_FOUND", ""},
		"nobody's holder": {"oem", "holders/00000000-0000-4000-8000-000000000000", consentText(t, time.Now().Add(time.Hour)), "HOLDER_NOT_FOUND", ""},
	} {
		_, err := r.desk(c.member, "admin").RecordConsent(t.Context(), &vaultv1.RecordConsentRequest{RequestId: newRequestID(), Holder: c.holder, Text: c.text})
		wantReason(t, what, err, c.reason, c.field)
	}
	_, err := r.desk("garage", "admin").ListConsents(t.Context(), &vaultv1.ListConsentsRequest{Holder: holder})
	wantReason(t, "another's list", err, "HOLDER_NOT_FOUND", "")
}
