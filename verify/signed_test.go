package verify_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"slices"
	"testing"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

const workshop = "/members/garage/workshop"

// signedPlan is the plan in which the source signs the mileages of the passport shown: the first two in one statement, the
// third in another, which spoil changes before it is journaled.
func signedPlan(t testing.TB, spoil func(statement []byte)) prooftest.Plan {
	t.Helper()
	signer, err := signing.NewSigner(sourceKey(), workshop, signing.State{})
	if err != nil {
		t.Fatal(err)
	}
	of := map[int]signedEvent{}
	for _, batch := range [][]int{{2, 3}, {6}} {
		sign(t, signer, batch, of, spoil)
		spoil = func([]byte) {}
	}
	p := plan()
	p.Content = func(t testing.TB, passport string, seq int) ([]byte, *verify.Signature) {
		j := journaled(t, passport, seq)
		if s, signed := of[seq]; signed && passport == prooftest.Subject {
			j.Signature = s.named
			return encode(t, j), s.shown
		}
		return encode(t, j), nil
	}
	return p
}

// signedEvent is what the leaf of an event names, and what is shown of it.
type signedEvent struct {
	named *ingestv1.EventSignature
	shown *verify.Signature
}

func sourceKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("workshop"))
	return ed25519.NewKeyFromSeed(seed[:])
}

// sign makes one statement over a batch of events.
func sign(t testing.TB, signer *signing.Signer, batch []int, of map[int]signedEvent, spoil func(statement []byte)) {
	t.Helper()
	var events [][]byte
	var hashes []signing.Hash
	for _, seq := range batch {
		e := journaled(t, prooftest.Subject, seq).GetCloudEvent()
		events, hashes = append(events, e), append(hashes, sha256.Sum256(e))
	}
	statement, err := signer.Sign(events)
	if err != nil {
		t.Fatal(err)
	}
	spoil(statement)
	tree, err := signing.NewTree(hashes)
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256(statement)
	for i, seq := range batch {
		shown := &verify.Signature{Statement: statement, Path: [][]byte{}}
		for _, h := range tree.Path(i) {
			shown.Path = append(shown.Path, h[:])
		}
		of[seq] = signedEvent{&ingestv1.EventSignature{StatementSha256: id[:], Index: int32(i), Distance: int32(i + 1)}, shown}
	}
}

// sourceKeys are those of a reader who knows the workshop's.
func sourceKeys(t testing.TB) []verify.SourceKey {
	t.Helper()
	signer, err := signing.NewSigner(sourceKey(), workshop, signing.State{})
	if err != nil {
		t.Fatal(err)
	}
	return []verify.SourceKey{{Source: workshop, PublicKey: signer.Public().DER()}}
}

// forgedSignatures show other statements than those that the leaves name.
func forgedSignatures(t *testing.T) []forgery {
	t.Helper()
	honest := func() prooftest.Plan { return signedPlan(t, func([]byte) {}) }
	mismatch := func(name, at, why string, change func(d *verify.Document, e []verify.Entry)) forgery {
		return forgery{name: name, want: verify.ReasonStatementMismatch, at: at, why: why, plan: honest, change: func(_ *testing.T, w *prooftest.World) {
			change(&w.Document, w.Document.Lists[0].Entries)
		}}
	}
	invalid := func(name, at, why string, change func(d *verify.Document, e []verify.Entry)) forgery {
		f := mismatch(name, at, why, change)
		f.want = verify.ReasonSignatureInvalid
		return f
	}
	const first, third = "lists[0].entries[0].signature", "lists[0].entries[2].signature"
	return []forgery{
		mismatch("statement index wrong", third+".statement", "the statement is not there", func(_ *verify.Document, e []verify.Entry) { e[2].Signature.Statement = 2 }),
		mismatch("statements in another order", first+".statement", "statements are in the order of the events", func(d *verify.Document, e []verify.Entry) {
			slices.Reverse(d.Statements)
			e[0].Signature.Statement, e[1].Signature.Statement, e[2].Signature.Statement = 1, 1, 0
		}),
		mismatch("statement twice", "statements[2]", "a statement is there once", func(d *verify.Document, _ []verify.Entry) { d.Statements = append(d.Statements, d.Statements[1]) }),
		mismatch("statement that no event refers to", "statements[2]", "a statement is of an event", func(d *verify.Document, _ []verify.Entry) {
			d.Statements = append(d.Statements, []byte("statement"))
		}),
		mismatch("statement of a withheld event", "statements[1]", "a statement is of an event shown", func(d *verify.Document, _ []verify.Entry) { prooftest.Withhold(&d.Lists[0], 2) }),
		invalid("signature left out", third, "the leaf names one", func(d *verify.Document, e []verify.Entry) { e[2].Signature, d.Statements = nil, d.Statements[:1] }),
		invalid("signature of an event without", "lists[3].entries[0].signature", "the leaf names none", func(d *verify.Document, e []verify.Entry) {
			d.Lists[3].Entries[0].Signature = e[2].Signature
		}),
		invalid("statement of another event", third, "the leaf names another", func(d *verify.Document, e []verify.Entry) {
			e[2].Signature, d.Statements = e[1].Signature, d.Statements[:1]
		}),
		invalid("statement changed", first, "the leaf names another", func(d *verify.Document, _ []verify.Entry) {
			d.Statements[0] = slices.Concat(d.Statements[0], []byte{0})
		}),
		invalid("signature path of another event", first, "the path does not lead from this event", func(_ *verify.Document, e []verify.Entry) { e[0].Signature.Path = e[1].Signature.Path }),
		invalid("signature path cut", first, "the path does not lead to the statement's root", func(_ *verify.Document, e []verify.Entry) { e[0].Signature.Path = [][]byte{} }),
		{
			name: "statement that the source did not sign", want: verify.ReasonSignatureInvalid, at: first, why: "the signature is not that of the key that it names",
			trust: sourcesFile, plan: func() prooftest.Plan {
				return signedPlan(t, func(statement []byte) { statement[len(statement)-1] ^= 1 })
			},
		},
	}
}
