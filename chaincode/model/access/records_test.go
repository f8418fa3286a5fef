package access_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// A kind is one format of record: a text as it is documented, and its parser.
type kind struct {
	text  string
	parse func([]byte) (accesstest.Record, error)
	bad   []string // "<old>→<new>": changes that make it malformed
}

// as makes a parser of any record out of one of R.
func as[R accesstest.Record](parse func([]byte) (R, error)) func([]byte) (accesstest.Record, error) {
	return func(text []byte) (accesstest.Record, error) { return parse(text) }
}

func lines(all ...string) string { return strings.Join(all, "\n") + "\n" }

const (
	zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	ones  = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	nonce = "AAECAwQFBgcICQoLDA0ODw=="
)

// kinds are all formats.
func kinds() map[string]kind {
	owner, first, second := string(accesstest.New("owner").Identity), strings.Repeat("1", 64), strings.Repeat("2", 64)
	policy := string(accesstest.PolicyID)
	request := lines("pcc-read-request/v1", policy, "3", "damage", "insurer", "x25519 "+ones, "claim_assessment", "1750000000000", "10", nonce, "-")
	return map[string]kind{
		"policy": {
			lines("pcc-policy/v1", policy, "2", ones, "0", "evolve * "+owner, "read:damage claim_assessment,purchase (member:* & "+owner+") | member:kba", "write:damage * member:a"),
			as(access.ParsePolicy),
			[]string{
				"\n2\n→\n1\n", "\n2\n→\n0\n", "\n2\n→\n02\n", ones + "→" + zeros, "\n0\n→\n-1\n", "\n0\n→\n9223372036854775808\n", "evolve *→evolve maintenance",
				"evolve *→write:odometer *", "evolve→drive", "claim_assessment,purchase→purchase,claim_assessment", "claim_assessment,purchase→joy", "claim_assessment,purchase→*,purchase",
				"(member:*→((member:*", "write:damage→read:damage", "write:damage * member:a→write:damage *", "write:damage * member:a→write:damage * (member:a)", policy + "→" + policy[1:],
			},
		},
		"access key": {
			lines("pcc-access-key/v1", "garage", "1", owner), as(access.ParseKey),
			[]string{"\n1\n→\n0\n", "garage→Garage", "garage→*", owner + "→member:garage", owner + "→" + owner[:len(owner)-1]},
		},
		"consent": {
			lines("pcc-consent/v1", policy, owner, "insurer", "damage,workshop", "*", "1750000000000", nonce), as(access.ParseConsent),
			[]string{
				"damage,workshop→workshop,damage", "damage,workshop→damage,damage", "damage,workshop→", "insurer→Insurer", owner + "→member:a", "1750000000000→0",
				nonce + "→" + nonce[4:], nonce + "→" + ones, "\n*\n→\nmaintenance,\n",
			},
		},
		"withdrawal": {
			lines("pcc-withdrawal/v1", first, owner), as(access.ParseWithdrawal),
			[]string{first + "→" + strings.Repeat("0", 64), first + "→" + strings.Repeat("A", 64), owner + "→msp:A", first + "→" + first[2:]},
		},
		"request": {
			request, as(access.ParseReadRequest),
			[]string{
				"\n3\n→\n0\n", "damage→damages", "damage→*", "insurer→member:insurer", "x25519 " + ones + "→xwing " + ones, "x25519→kyber", "claim_assessment→*",
				"1750000000000→0", "1750000000000→9223372036854775807", "\n10\n→\n0\n", "\n10\n→\n10001\n", "\n-\n→\nA\n", "\n-\n→\n\n", "x25519 → x25519  ",
			},
		},
		"revocation": {lines("pcc-revocation/v1", first), as(access.ParseRevocation), []string{first + "→" + strings.Repeat("0", 64), first + "→" + first + "1"}},
		"label": {
			lines("pcc-capsule/v1", policy, "workshop", "garage", "1"), as(access.ParseLabel),
			[]string{"workshop→shop", "garage→", "\n1\n→\n0\n", policy + "→" + strings.ToUpper(policy)},
		},
		"capsules": {
			lines("pcc-capsules/v1", first+" "+policy+" workshop garage 1", second+" "+policy+" damage insurer 2"), as(access.ParseCapsules),
			[]string{
				second + "→" + first, first + "→" + strings.Repeat("3", 64), "garage 1→garage 0", "garage 1→garage", "damage insurer→odour insurer",
				"\n" + first + " " + policy + " workshop garage 1\n" + second + " " + policy + " damage insurer 2\n→\n",
			},
		},
		"trustee": {
			lines("pcc-trustee/v1", "oem-1", "oem", "1", owner, ones, ones, "[::1]:9000"), as(access.ParseTrustee),
			[]string{"oem-1→Oem", "\noem\n→\n\n", "\n1\n→\n0\n", owner + "→member:a", ones + "→" + zeros, ones + "\n[→" + zeros + "\n[", "[::1]:9000→host", "[::1]:9000→a b:1"},
		},
		"answers": {
			lines("pcc-answers/v1", "oem-1", first+" "+first, first+" "+second, second+" "+first), as(access.ParseAnswers),
			[]string{first + " " + second + "→" + first + " " + first, "oem-1→", first + " " + second + "→" + second + " " + second, first + " " + first + "→" + first, second + " " + first + "→" + second + " " + strings.Repeat("0", 64)},
		},
		"proposal": {
			lines("pcc-key-proposal/v1", "access", "1", "4", "1", "2", "a 2", "b 1", "c 64"), as(access.ParseKeyProposal),
			[]string{"access→money", "\n1\n4→\n0\n4", "\n4\n→\n0\n", "\n1\n2\n→\n0\n2\n", "\n2\na→\n4\na", "\n2\na→\n0\na", "b 1→b 2", "b 1→b 0", "c 64→c 65", "b 1→a 1", "a 2\nb 1→b 1\na 2", "a 2→a 02"},
		},
		"key set": {
			lines("pcc-key-set/v1", "tag", "1", "2", "2", ones, ones, "a 2 "+ones, "c 3 "+ones), as(access.ParseKeySet),
			[]string{"tag→tags", "\n" + ones + "\n" + ones + "→\n" + zeros + "\n" + ones, ones + "\na→" + zeros + "\na", "a 2 " + ones + "→a 2 " + zeros, "c 3→c 2", "c 3→a 3", "\n2\n2→\n2\n3"},
		},
		"confidential": {
			lines("pcc-confidential/v1", "1", zeros, "pcc.events.v1.Incident description", "pcc.events.v1.Repair note"), as(access.ParseConfidentialTable),
			[]string{"\n1\n→\n2\n", "\n1\n→\n0\n", zeros + "→" + ones, "Repair note→Incident description", "Repair note→Repair", "Repair note→Repair Note", "Incident→Wash"},
		},
		"grant": {
			lines("pcc-grant/v1", "1750000000000", owner+" "+first+" 1750000000001", "member:insurer - 0", "") + request, as(access.ParseGrant),
			[]string{"\n1750000000000\nkey→\n0\nkey", "member:insurer - 0→member:insurer - 1", first + " 1750000000001→" + first + " 0", "member:insurer→member:*", "member:insurer→a", "\n\npcc→\npcc", "read-request/v1→read-request/v2", "member:insurer - 0→member:insurer -"},
		},
	}
}

func TestRecordsAreTheirTexts(t *testing.T) {
	for name, k := range kinds() {
		t.Run(name, func(t *testing.T) {
			r, err := k.parse([]byte(k.text))
			if err != nil {
				t.Fatal(err)
			}
			if again := accesstest.Text(t, r); again != k.text {
				t.Errorf("read\n%s\nwritten\n%s", k.text, again)
			}
			for _, change := range append(k.bad, "/v1\n→/v2\n", "/v1\n→/v1\r\n", "/v1\n→/v1\n\n") {
				from, to, _ := strings.Cut(change, "→")
				changed := strings.Replace(k.text, from, to, 1)
				if changed == k.text {
					t.Errorf("%q changes nothing", change)
				}
				if _, err := k.parse([]byte(changed)); model.ReasonOf(err) != model.ReasonMalformed {
					t.Errorf("%q: got %v", change, err)
				}
			}
			for _, changed := range []string{"", k.text + "\n", strings.TrimSuffix(k.text, "\n"), k.text + strings.Repeat("x", 200<<10)} {
				if _, err := k.parse([]byte(changed)); model.ReasonOf(err) != model.ReasonMalformed {
					t.Errorf("a text of %d bytes: got %v", len(changed), err)
				}
			}
		})
	}
}

// Whatever a few changed bytes make of a record, it is refused or is its own text.
func TestNoRecordHasTwoTexts(t *testing.T) {
	for name, k := range kinds() {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			text := []byte(k.text)
			for range rapid.IntRange(1, 3).Draw(t, "changes") {
				at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
				with := rapid.SampledFrom([]string{"", " ", "\n", "\r", "0", "1", "9", "=", "+", "-", "*", ",", "A", "a", "/", "(", ")", "|"}).Draw(t, "with")
				text = slices.Concat(text[:at], []byte(with), text[at+1:])
			}
			checkOneText(t, k, text)
		}))
	}
}

func checkOneText(t interface {
	Helper()
	Fatalf(string, ...any)
}, k kind, text []byte,
) {
	t.Helper()
	r, err := k.parse(text)
	if err != nil {
		if model.ReasonOf(err) != model.ReasonMalformed {
			t.Fatalf("unexpected reason: %v", err)
		}
		return
	}
	if again, err := r.Canonical(); err != nil || !bytes.Equal(again, text) {
		t.Fatalf("accepted a second form:\n%q\n%q\n%v", text, again, err)
	}
}

func FuzzParseRecords(f *testing.F) {
	all := kinds()
	for _, k := range all {
		f.Add([]byte(k.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, k := range all {
			checkOneText(t, k, text)
		}
	})
}

func TestTextsHaveNoSecondKind(t *testing.T) {
	for name, k := range kinds() {
		for other, o := range kinds() {
			if _, err := o.parse([]byte(k.text)); err == nil && name != other {
				t.Errorf("a %s is a %s, too: a signature of one would be one of the other", name, other)
			}
		}
	}
}

func TestCapsuleHash(t *testing.T) {
	label := access.Label{Policy: accesstest.PolicyID, Class: "damage", Writer: "garage", KeyNumber: 1}
	a, err := access.CapsuleHash(label, []byte("capsule"))
	if err != nil {
		t.Fatal(err)
	}
	label.Policy = id(1)
	if b, err := access.CapsuleHash(label, []byte("capsule")); err != nil || a == b {
		t.Errorf("under another label it is the same capsule: %v", err)
	}
	label.KeyNumber = 0
	if _, err := access.CapsuleHash(label, nil); model.ReasonOf(err) != model.ReasonMalformed {
		t.Error(err)
	}
}
