package access

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
)

const (
	testPassport = "0199e9d4-0000-7000-8000-000000000001"
	testPolicy   = access.PolicyID("00112233445566778899aabbccddeeff")
)

// readLedger has one collective key and one request.
type readLedger struct {
	Ledger
	key     access.KeySet
	request access.ReadRequest
	refusal error
}

func (l *readLedger) KeySet(_ context.Context, _ access.KeyPurpose, number uint64) (access.KeySet, error) {
	if number != l.key.KeyNumber {
		return access.KeySet{}, model.Errorf(model.ReasonNotFound, "no such key")
	}
	return l.key, nil
}

func (l *readLedger) Trustee(_ context.Context, id string) (access.Trustee, error) {
	return access.Trustee{ID: id}, nil
}

func (l *readLedger) Policy(context.Context, access.PolicyID) (access.Policy, error) {
	return access.Policy{ID: testPolicy, Version: 1}, nil
}

func (l *readLedger) CheckRequest(_ context.Context, id model.Hash, _ time.Time) (access.Grant, error) {
	if hash, err := l.request.Hash(); err != nil || hash != id {
		return access.Grant{}, model.Errorf(model.ReasonNotFound, "no such request")
	}
	return access.Grant{Request: l.request}, l.refusal
}

// onePolicy is a Store and Registry of one passport.
type onePolicy struct {
	Store
	Registry
}

func (onePolicy) Ownership(context.Context, string) (Ownership, error) {
	return Ownership{Vehicle: "vehicles/1", Period: 1, Steward: "garage"}, nil
}

func (onePolicy) PolicyOf(context.Context, string, int) (StoredPolicy, error) {
	return StoredPolicy{ID: testPolicy, Passport: testPassport, OnLedger: true}, nil
}

func (onePolicy) Policy(_ context.Context, passport string, id access.PolicyID) (StoredPolicy, error) {
	if passport != testPassport || id != testPolicy {
		return StoredPolicy{}, ErrPolicyNotFound
	}
	return StoredPolicy{ID: testPolicy, Passport: testPassport, OnLedger: true}, nil
}

// capsuleRows is a CapsuleStore, and a Vault that notes whom it gave shreds.
type capsuleRows struct {
	CapsuleStore
	all   []Capsule
	given []Recipient
	write []bool
}

func (s *capsuleRows) InsertCapsule(_ context.Context, c Capsule, _ model.Hash) error {
	s.all = append(s.all, c)
	return nil
}

func (s *capsuleRows) CapsulesOf(context.Context, access.PolicyID, access.Class) ([]Capsule, error) {
	return s.all, nil
}

func (s *capsuleRows) GiveShreds(_ context.Context, _ ClassKey, _ []model.Hash, to Recipient, write bool) ([]byte, error) {
	s.given, s.write = append(s.given, to), append(s.write, write)
	return []byte("sealed"), nil
}

func newCapsules(t *testing.T) (*Capsules, *readLedger, *capsuleRows) {
	t.Helper()
	share, err := threshold.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := share.Sole()
	if err != nil {
		t.Fatal(err)
	}
	ledger := &readLedger{key: access.KeySet{
		Purpose: access.KeyForAccess, KeyNumber: 1, Epoch: 1, Threshold: 1, PublicKey: set.Public,
		Shares: []access.Share{{Seat: access.Seat{Trustee: "t-1", Index: 1}, Verification: set.Public}},
	}}
	rows := &capsuleRows{}
	service := NewService(Options{Store: onePolicy{}, Registry: onePolicy{}, Ledger: ledger, Now: time.Now})
	return &Capsules{Service: service, Store: rows, Vault: rows}, ledger, rows
}

// made is a capsule as an honest writer makes it.
func made(t *testing.T, target Target, change func(*access.Label)) Capsule {
	t.Helper()
	c := Capsule{Label: access.Label{Policy: target.Policy, Class: "workshop", Writer: "garage", KeyNumber: target.KeyNumber}}
	change(&c.Label)
	text, err := c.Label.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if c.Bytes, _, err = threshold.Encapsulate(rand.Reader, target.Public, string(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACapsuleIsTakenFromItsWriterAlone(t *testing.T) {
	c, _, rows := newCapsules(t)
	target, err := c.Target(t.Context(), testPassport)
	if err != nil || target.Policy != testPolicy || target.KeyNumber != 1 {
		t.Fatalf("target %+v, %v", target, err)
	}
	good := made(t, target, func(*access.Label) {})
	copied := good
	copied.Label.Class = "damage"
	for name, bad := range map[string]Capsule{
		"of another writer":               made(t, target, func(l *access.Label) { l.Writer = "oem" }),
		"under another policy":            made(t, target, func(l *access.Label) { l.Policy = "ffeeddccbbaa99887766554433221100" }),
		"for another collective key":      made(t, target, func(l *access.Label) { l.KeyNumber = 2 }),
		"copied under another label":      copied,
		"that is none":                    {Label: good.Label},
		"of a label that cannot be named": {Label: access.Label{Policy: testPolicy, Writer: "garage", KeyNumber: 1}, Bytes: good.Bytes},
	} {
		if _, err := c.Register(t.Context(), "garage", testPassport, bad, Recipient{}); !errors.Is(err, ErrCapsuleInvalid) {
			t.Errorf("a capsule %s: %v", name, err)
		}
	}
	if len(rows.all)+len(rows.given) != 0 {
		t.Errorf("%d capsules are kept, %d shreds given", len(rows.all), len(rows.given))
	}
	if sealed, err := c.Register(t.Context(), "garage", testPassport, good, Recipient{}); err != nil || string(sealed) != "sealed" || !rows.write[0] {
		t.Errorf("an honest one: %q, %v", sealed, err)
	}
}

func TestShredsAreForTheReaderOfTheRequest(t *testing.T) {
	c, ledger, rows := newCapsules(t)
	ledger.request = access.ReadRequest{
		Policy: testPolicy, PolicyVersion: 1, Class: "workshop", Reader: "insurer", KEM: access.X25519, ReaderKey: make([]byte, 32),
		Purpose: "claim_assessment", ExpiryUnixMilli: 1, MaxAnswers: 1,
	}
	id, err := ledger.request.Hash()
	if err != nil {
		t.Fatal(err)
	}
	open := func(member string, policy access.PolicyID, id model.Hash) error {
		_, err := c.OpenRead(t.Context(), member, testPassport, policy, id)
		return err
	}
	if err := open("insurer", testPolicy, id); !errors.Is(err, ErrNothingSealed) {
		t.Errorf("before anything is sealed: %v", err)
	}
	rows.all = []Capsule{{Label: access.Label{Policy: testPolicy, Class: "workshop", Writer: "garage", KeyNumber: 1}}}
	if err := open("garage", testPolicy, id); !errors.Is(err, ErrRequestNotFound) {
		t.Errorf("another member: %v", err)
	}
	if err := open("insurer", testPolicy, model.Hash{1}); !errors.Is(err, ErrRequestNotFound) {
		t.Errorf("no request: %v", err)
	}
	if err := open("insurer", "ffeeddccbbaa99887766554433221100", id); !errors.Is(err, ErrPolicyNotFound) {
		t.Errorf("another passport's policy: %v", err)
	}
	ledger.refusal = model.Errorf(model.ReasonRequestRevoked, "revoked")
	if err := open("insurer", testPolicy, id); !errors.Is(err, ErrRequestRevoked) {
		t.Errorf("revoked: %v", err)
	}
	if len(rows.given) != 0 {
		t.Fatalf("shreds for %v", rows.given)
	}
	ledger.refusal = nil
	r, err := c.OpenRead(t.Context(), "insurer", testPassport, testPolicy, id)
	if err != nil || len(r.Capsules) != 1 || len(r.Keys) != 1 || len(r.Trustees) != 1 {
		t.Fatalf("reading %+v, %v", r, err)
	}
	if len(rows.given) != 1 || rows.given[0].Context != id || rows.write[0] {
		t.Errorf("shreds for %v", rows.given)
	}
}
