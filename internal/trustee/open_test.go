package trustee_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

const (
	policy      = access.PolicyID("00112233445566778899aabbccddeeff")
	otherPolicy = access.PolicyID("ffeeddccbbaa99887766554433221100")
)

// read is a request on the ledger with a capsule that it may open.
type read struct {
	world   *world
	set     access.KeySet
	request wire.Hash
	reader  readerkey.Private
	capsule wire.Capsule
	secret  threshold.Element
}

func (w *world) newRead(t *testing.T, set access.KeySet) *read {
	t.Helper()
	r := &read{world: w, set: set}
	var err error
	if r.reader, err = readerkey.Generate(readerkey.X25519); err != nil {
		t.Fatal(err)
	}
	r.capsule, r.secret = encapsulate(t, set, access.Label{Policy: policy, Class: "workshop", Writer: "garage", KeyNumber: 1})
	w.registerCapsule(t, r.capsule)
	grant := access.Grant{TimeUnixMilli: time.Now().UnixMilli(), Request: access.ReadRequest{
		Policy: policy, PolicyVersion: 1, Class: "workshop", Reader: "insurer", KEM: access.X25519, ReaderKey: r.reader.Public(),
		Purpose: "claim_assessment", ExpiryUnixMilli: time.Now().Add(time.Hour).UnixMilli(), MaxAnswers: 2, Nonce: [16]byte{1},
	}}
	id, err := grant.Request.Hash()
	if err != nil {
		t.Fatal(err)
	}
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	w.ledger.grant, r.request = grant, wire.Hash(id)
	return r
}

func (r *read) question(capsules ...wire.Capsule) wire.OpenRequest {
	return wire.OpenRequest{Request: r.request, Capsules: capsules}
}

func (r *read) ask(ctx context.Context, trustee int, capsules ...wire.Capsule) (wire.OpenResponse, error) {
	return r.world.stations[trustee].client(nil).Open(ctx, r.question(capsules...))
}

// open does what a reader does with the answers of trustees.
func (r *read) open(t *testing.T, from ...int) []threshold.Element {
	t.Helper()
	keys, err := trustee.KeySet(r.set)
	if err != nil {
		t.Fatal(err)
	}
	asked := r.question(r.capsule)
	capsules, err := asked.Labelled()
	if err != nil {
		t.Fatal(err)
	}
	q := opening.Question{Request: model.Hash(r.request), Key: r.reader, Set: *keys, Capsules: capsules}
	var verified []*threshold.Verified
	for _, i := range from {
		answer, err := r.ask(t.Context(), i, r.capsule)
		if err != nil {
			t.Fatalf("trustee %d: %v", i, err)
		}
		s := r.world.stations[i]
		v, err := q.Verify(
			opening.Trustee{ID: trusteeID(i), Index: i, Key: s.record.SigningKey},
			opening.Answer{Sealed: answer.Sealed, Signature: answer.Signature},
		)
		if err != nil {
			t.Fatal(err)
		}
		verified = append(verified, v)
	}
	secrets, err := keys.Combine(verified)
	if err != nil {
		t.Fatal(err)
	}
	return secrets
}

func TestAReaderOpensWhatTheLedgerPermits(t *testing.T) {
	w := newWorld(t, 1, 2, 3)
	r := w.newRead(t, w.makeKey(t, access.KeyForAccess, 2, 1, 2, 3))
	if secrets := r.open(t, 1, 3); secrets[0] != r.secret {
		t.Error("another secret")
	}
	first, err := r.ask(t.Context(), 1, r.capsule)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.ask(t.Context(), 1, r.capsule)
	if err != nil || !bytes.Equal(first.Sealed, again.Sealed) {
		t.Errorf("the same question got another answer, %v", err)
	}
	eventually(t, "the answers are on the ledger", func() bool {
		w.ledger.mu.Lock()
		defer w.ledger.mu.Unlock()
		for _, a := range w.ledger.answers {
			if a.Request == model.Hash(r.request) && a.SHA256 == sha256.Sum256(first.Sealed) {
				return len(w.ledger.answers) == 2
			}
		}
		return false
	})
}

// TestWhatTheLedgerDoesNotPermitIsNotOpened has one trustee whose share alone would open.
func TestWhatTheLedgerDoesNotPermitIsNotOpened(t *testing.T) {
	w := newWorld(t, 1)
	set := w.makeKey(t, access.KeyForAccess, 1, 1)
	r := w.newRead(t, set)
	good := access.Label{Policy: policy, Class: "workshop", Writer: "garage", KeyNumber: 1}
	labelled := func(change func(l *access.Label), register bool) wire.Capsule {
		l := good
		change(&l)
		c, _ := encapsulate(t, set, l)
		if register {
			w.registerCapsule(t, c)
		}
		return c
	}
	moved := labelled(func(l *access.Label) { l.Policy = otherPolicy }, true)
	moved.Label = r.capsule.Label
	w.registerCapsule(t, moved) // even if the ledger had it under this label
	for name, c := range map[string]struct {
		capsules []wire.Capsule
		reason   string
	}{
		"of another policy":         {[]wire.Capsule{labelled(func(l *access.Label) { l.Policy = otherPolicy }, true)}, "CAPSULES_REFUSED"},
		"of another class":          {[]wire.Capsule{labelled(func(l *access.Label) { l.Class = "damage" }, true)}, "CAPSULES_REFUSED"},
		"not registered":            {[]wire.Capsule{labelled(func(*access.Label) {}, false)}, "CAPSULES_REFUSED"},
		"copied under the policy":   {[]wire.Capsule{moved}, "CAPSULES_REFUSED"},
		"of two keys":               {[]wire.Capsule{r.capsule, labelled(func(l *access.Label) { l.KeyNumber = 2 }, true)}, "CAPSULES_REFUSED"},
		"of a key that is not here": {[]wire.Capsule{labelled(func(l *access.Label) { l.KeyNumber = 2 }, true)}, "NO_SHARE"},
		"none":                      {nil, "MESSAGE_MALFORMED"},
		"too many":                  {make([]wire.Capsule, threshold.MaxCapsules+1), "MESSAGE_MALFORMED"},
		"without a label":           {[]wire.Capsule{{Label: "workshop", Capsule: r.capsule.Capsule}}, "MESSAGE_MALFORMED"},
	} {
		if _, err := r.ask(t.Context(), 1, c.capsules...); reasonOf(err) != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	if len(w.ledger.answers) != 0 {
		t.Errorf("%d answers", len(w.ledger.answers))
	}
}

// TestTheLedgerIsAskedEachTime also for what was answered before: revocation and withdrawal take effect at once, and a request
// that the trustee's own peer does not have yet is not answered.
func TestTheLedgerIsAskedEachTime(t *testing.T) {
	w := newWorld(t, 1)
	r := w.newRead(t, w.makeKey(t, access.KeyForAccess, 1, 1))
	if _, err := r.ask(t.Context(), 1, r.capsule); err != nil {
		t.Fatal(err)
	}
	w.ledger.mu.Lock()
	w.ledger.refusal = apperr.New(apperr.FailedPrecondition, "CONSENT_WITHDRAWN", "the consent was withdrawn")
	w.ledger.mu.Unlock()
	if _, err := r.ask(t.Context(), 1, r.capsule); reasonOf(err) != "CONSENT_WITHDRAWN" {
		t.Errorf("withdrawn: %v", err)
	}
	unknown := *r
	unknown.request[0] ^= 1
	if _, err := unknown.ask(t.Context(), 1, r.capsule); reasonOf(err) != "REQUEST_NOT_FOUND" {
		t.Errorf("not on the ledger: %v", err)
	}
	w.clock = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, err := r.ask(t.Context(), 1, r.capsule); reasonOf(err) != "REQUEST_EXPIRED" {
		t.Errorf("expired: %v", err)
	}
}

func TestARequestIsAnsweredAsOftenAsItSays(t *testing.T) {
	w := newWorld(t, 1)
	set := w.makeKey(t, access.KeyForAccess, 1, 1)
	r := w.newRead(t, set)
	for i := range 3 {
		c, _ := encapsulate(t, set, access.Label{Policy: policy, Class: "workshop", Writer: "garage", KeyNumber: 1})
		w.registerCapsule(t, c)
		_, err := r.ask(t.Context(), 1, c)
		if want := map[bool]string{true: "ANSWERS_EXHAUSTED"}[i >= 2]; reasonOf(err) != want && (err != nil || want != "") {
			t.Errorf("answer %d: %v", i+1, err)
		}
	}
}

func TestTagsAreEvaluatedForTheVaultWithinAQuota(t *testing.T) {
	w := newWorld(t, 1, 2)
	set := w.makeKey(t, access.KeyForTags, 2, 1, 2)
	keys, err := trustee.KeySet(set)
	if err != nil {
		t.Fatal(err)
	}
	_, element, err := threshold.Encapsulate(zeroReader{}, set.PublicKey, "any")
	if err != nil {
		t.Fatal(err)
	}
	q := wire.EvaluateRequest{KeyNumber: 1, Member: "insurer", Elements: [][]byte{element[:], element[:]}}
	ask := func(i int, own *tls.Certificate) error {
		a, err := w.stations[i].client(own).Evaluate(t.Context(), q)
		if err != nil {
			return err
		}
		var p threshold.Partial
		if err := p.UnmarshalBinary(a.Partial); err != nil {
			return err
		}
		_, err = keys.VerifyEvaluation(p, []threshold.Element{threshold.Element(element), threshold.Element(element)}, wire.TagContext())
		return err
	}
	for range 5 {
		if err := ask(1, &w.vault); err != nil {
			t.Fatal(err)
		}
	}
	if err := ask(1, &w.vault); reasonOf(err) != "TAG_QUOTA_EXCEEDED" {
		t.Errorf("11 of 10: %v", err)
	}
	if err := ask(2, &w.vault); err != nil {
		t.Errorf("another trustee has a quota of its own: %v", err)
	}
	if n, err := w.stations[1].Evaluated(t.Context(), "insurer"); err != nil || n != 10 {
		t.Errorf("%d are on record, %v", n, err)
	}
	q.Member = "garage"
	if err := ask(1, &w.vault); err != nil {
		t.Errorf("another member: %v", err)
	}
	for name, own := range map[string]*tls.Certificate{"nobody": nil, "a trustee": &w.stations[2].own} {
		if err := ask(1, own); reasonOf(err) != "CALLER_NOT_TRUSTED" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyTrusteesTakePartInMakingKeys(t *testing.T) {
	w := newWorld(t, 1, 2)
	for name, c := range map[string]struct {
		own    *tls.Certificate
		reason string
	}{"nobody": {nil, "CALLER_NOT_TRUSTED"}, "the vault": {&w.vault, "CALLER_NOT_TRUSTED"}, "a trustee": {&w.stations[2].own, "SESSION_UNKNOWN"}} {
		if _, err := w.stations[1].client(c.own).Exchange(t.Context(), wire.Exchange{}); reasonOf(err) != c.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	impostor := wire.NewClient(w.stations[1].record.Address, w.stations[2].record.TransportSHA256, nil)
	if _, err := impostor.KeySet(t.Context(), access.KeyForTags, 1); err == nil || reasonOf(err) != "" {
		t.Errorf("another certificate than the ledger's: %v", err)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); wait(t, 10*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not: %s", what)
		}
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { return len(p), nil }
