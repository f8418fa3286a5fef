package fabric_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/chaincode/possession"
	"github.com/pcc-platform/pcc/internal/accesskey"
)

// holders are the access keys of the members, and an owner's.
type holders map[string]accesskey.Key

// access has members register their keys, each through its own peer, and found the consortium; then one asks to read under an
// owner's policy, and others what became of it.
func (n *network) access() {
	n.t.Helper()
	keys := n.registerAccessKeys()
	everybody := []accesskey.Signer{keys["oem"].Member("oem"), keys["insurer"].Member("insurer"), keys["garage"].Member("garage")}
	consortium := n.policy(access.Consortium, map[access.Action]string{access.Evolve: "2 of (member:garage, member:insurer, member:oem)"})
	n.expect(n.submitSigned("oem", "CreatePolicy", consortium, everybody[:1]...), model.ReasonActionDenied)
	n.must(n.submitSigned("oem", "CreatePolicy", consortium, everybody[:2]...))

	owner := keys["owner"].Itself()
	policy := n.policy("0123456789abcdef0123456789abcdef", map[access.Action]string{
		access.Evolve: string(owner.As), access.Revoke: string(owner.As), access.Read("damage"): "member:* & " + string(owner.As),
	})
	n.must(n.submitSigned("garage", "CreatePolicy", policy))
	n.requestAtOnce(policy, keys)
	n.evolveAtOnce(policy, owner)
}

func (n *network) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *network) registerAccessKeys() holders {
	n.t.Helper()
	keys := holders{}
	for _, name := range []string{"oem", "insurer", "garage", "owner"} {
		key, err := accesskey.Generate()
		n.must(err)
		keys[name] = key
		if name == "owner" {
			continue
		}
		record := access.Key{Member: name, Version: 1, Key: key.Identity()}
		n.must(n.submitSigned(name, "RegisterAccessKey", record, key.Itself()))
	}
	n.expect(n.submitSigned("garage", "RegisterAccessKey", access.Key{Member: "oem", Version: 2, Key: keys["garage"].Identity()},
		keys["garage"].Itself()), model.ReasonNotPermitted)
	return keys
}

func (n *network) policy(id access.PolicyID, rules map[access.Action]string) access.Policy {
	n.t.Helper()
	p := access.Policy{ID: id, Version: 1}
	for _, action := range []access.Action{access.Evolve, access.Read("damage"), access.Revoke} {
		if rules[action] == "" {
			continue
		}
		expression, err := access.ParseExpression(rules[action])
		n.must(err)
		p.Rules = append(p.Rules, access.Rule{Action: action, Expression: expression})
	}
	return p
}

func (n *network) submitSigned(as, function string, r interface{ Canonical() ([]byte, error) }, signers ...accesskey.Signer) error {
	n.t.Helper()
	text := canonical(n.t, r)
	_, err := n.Client(as).Submit(n.t.Context(), "access:"+function, text, accesskey.Sign([]byte(text), signers...).String())
	return err
}

// requestAtOnce has one member send requests at the same time: none waits for another's key of the state. Each is known to
// another organisation's peer, and no second time.
func (n *network) requestAtOnce(policy access.Policy, keys holders) {
	n.t.Helper()
	const requests = 8
	var calls [requests][]string
	for i := range calls {
		calls[i] = n.request(policy, keys)
	}
	var sent sync.WaitGroup
	client, failed := n.Client("insurer"), make(chan error, requests)
	for _, call := range calls {
		sent.Go(func() {
			_, err := client.Submit(n.t.Context(), "access:SubmitRequest", call...)
			failed <- err
		})
	}
	sent.Wait()
	close(failed)
	for err := range failed {
		n.must(err)
	}
	_, err := client.Submit(n.t.Context(), "access:SubmitRequest", calls[0]...)
	n.expect(err, model.ReasonRequestExists)
	for _, call := range calls {
		n.checkRequest(call[0], "")
	}
	id := model.Hash(sha256.Sum256([]byte(calls[0][0])))
	n.must(n.submitSigned("oem", "RevokeRequest", access.Revocation{Request: id}, keys["owner"].Itself()))
	n.checkRequest(calls[0][0], model.ReasonRequestRevoked)
	n.checkRequest(calls[1][0], "")
}

// request makes the arguments of a request of the insurer.
func (n *network) request(policy access.Policy, keys holders) []string {
	n.t.Helper()
	secret, err := ecdh.X25519().GenerateKey(rand.Reader)
	n.must(err)
	r := access.ReadRequest{
		Policy: policy.ID, PolicyVersion: policy.Version, Class: "damage", Reader: "insurer", KEM: access.X25519, ReaderKey: secret.PublicKey().Bytes(),
		Purpose: "claim_assessment", ExpiryUnixMilli: time.Now().Add(time.Hour).UnixMilli(), MaxAnswers: 1,
	}
	text := canonical(n.t, r)
	proof, err := possession.Prove(secret, sha256.Sum256([]byte(text)))
	n.must(err)
	signatures := accesskey.Sign([]byte(text), keys["insurer"].Member("insurer"), keys["owner"].Itself())
	return []string{text, signatures.String(), "[]", base64.StdEncoding.EncodeToString(proof)}
}

// checkRequest asks the garage's peer, which may be a block behind, whether it may be answered.
func (n *network) checkRequest(text string, want model.Reason) {
	n.t.Helper()
	id := model.Hash(sha256.Sum256([]byte(text))).String()
	deadline := time.Now().Add(10 * time.Second)
	for {
		_, err := n.Client("garage").Evaluate(n.t.Context(), "access:CheckRequest", id, strconv.FormatInt(time.Now().UnixMilli(), 10))
		if err == nil && want == "" {
			return
		}
		if behind := err == nil || is(err, model.ReasonNotFound); !behind || time.Now().After(deadline) {
			n.expect(err, want)
			return
		}
	}
}

// evolveAtOnce has two members submit different next versions at the same time: one wins.
func (n *network) evolveAtOnce(policy access.Policy, owner accesskey.Signer) {
	n.t.Helper()
	hash, err := policy.Hash()
	n.must(err)
	results := make(chan error, 2)
	for i, as := range []string{"oem", "insurer"} {
		next := policy
		next.Version, next.PreviousHash, next.ExpiryUnixMilli = 2, hash, time.Now().Add(time.Duration(i+1)*time.Hour).UnixMilli()
		go func() { results <- n.submitSigned(as, "EvolvePolicy", next, owner) }()
	}
	first, second := <-results, <-results
	if (first == nil) == (second == nil) {
		n.t.Errorf("both or none: %v, %v", first, second)
	}
	n.expect(errors.Join(first, second), model.ReasonVersionNotNext)
}
