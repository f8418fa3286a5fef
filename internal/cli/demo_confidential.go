package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/confidential/directory"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/proto/event"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// demoNote is what the garage notes.
const demoNote = "left sill welded, paint thickness 480 um"

// ownerKey is the owner's key with the passport, and the policy of its ownership period.
type ownerKey struct {
	accesskey.Key
	passport, policy string
}

// showConfidential has a garage file a repair with a confidential note, which the insurer reads with the owner's consent alone.
func (d *demo) showConfidential(ctx context.Context) error {
	owner, err := d.openPolicy(ctx, d.result.passport)
	if err != nil {
		return err
	}
	if err := d.fileRepair(ctx, d.result.passport); err != nil {
		return err
	}
	if err := d.read(ctx, owner, "without consent"); !isReason(err, "ACTION_DENIED") {
		return fmt.Errorf("the insurer's request without consent was not refused: %w", err)
	}
	d.say("  the insurer's request without the owner's consent is refused by the ledger")
	consent, err := d.consent(ctx, owner)
	if err != nil {
		return err
	}
	if err := d.read(ctx, owner, "with the owner's consent"); err != nil {
		return err
	}
	if err := d.listReads(ctx, owner); err != nil {
		return err
	}
	if err := d.withdraw(ctx, owner, consent); err != nil {
		return err
	}
	if err := d.read(ctx, owner, "after the withdrawal"); !isReason(err, "ACTION_DENIED") {
		return fmt.Errorf("a request after the withdrawal was not refused: %w", err)
	}
	d.say("  after the owner has withdrawn the consent the insurer is refused")
	return nil
}

func isReason(err error, reason string) bool { return apperr.ReasonOf(err) == reason }

// openPolicy opens the policy of a passport's ownership period under a key of the owner's, through the member that serves it.
func (d *demo) openPolicy(ctx context.Context, passport string) (ownerKey, error) {
	file := d.layout.AccessKeyFile("owner-" + strings.TrimPrefix(passport, "passports/"))
	key, err := accesskey.Create(file)
	if errors.Is(err, os.ErrExist) { // on existing data the owner has a policy already
		key, err = accesskey.Read(file)
	}
	if err != nil {
		return ownerKey{}, err
	}
	conn, err := d.closers.dial(d.maker, "access")
	if err != nil {
		return ownerKey{}, err
	}
	resp, err := accessv1.NewPolicyServiceClient(conn).CreatePolicy(ctx, &accessv1.CreatePolicyRequest{
		Parent: passport, OwnerKey: key.String(),
	})
	return ownerKey{Key: key, passport: passport, policy: resp.GetPolicy().GetName()}, err
}

// fileRepair sends the note in the clear: the gateway seals it before ingest sees it.
func (d *demo) fileRepair(ctx context.Context, passport string) error {
	rest, err := d.garage.REST()
	if err != nil {
		return err
	}
	ce, err := event.New("demo-"+uuid.NewString(), "/members/"+d.garage.Member+"/demo", passport, time.Now().Add(-time.Minute),
		&eventsv1.Repair{Operations: []string{"bodywork"}, Notes: demoNote})
	if err != nil {
		return err
	}
	resp := &ingestv1.IngestEventsResponse{}
	if err := rest.Call(ctx, "POST", "/v1/events:ingest", &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{ce}}, resp); err != nil {
		return err
	}
	if resp.GetAcknowledgement().GetAccepted() != 1 {
		return fmt.Errorf("the repair was refused: %v", resp.GetAcknowledgement().GetRejections())
	}
	d.say("  the garage filed a repair with a confidential note, sealed by the gateway")
	_, err = d.awaitJournaled(ctx, d.garage)
	return err
}

// read asks and opens as the insurer, and wants the note.
func (d *demo) read(ctx context.Context, owner ownerKey, how string) error {
	signer, err := accesskey.Read(d.layout.AccessKeyFile(d.insurer.Member))
	if err != nil {
		return err
	}
	conn, err := d.closers.dial(d.insurer, "access")
	if err != nil {
		return err
	}
	f := &openFlags{class: "workshop"}
	keys, faults, err := f.open(ctx, d.quiet(), directory.New(conn), directory.Wish{
		Policy: owner.policy, Class: "workshop", Purpose: "claim_assessment", Member: d.insurer.Member, Signer: signer,
		Kind: readerkey.XWing, Lifetime: time.Hour, MaxAnswers: openAnswers,
	}, owner.passport)
	if err != nil {
		return fmt.Errorf("%w (%d trustees failed)", err, len(faults))
	}
	d.say("  %s the insurer opens %d keys with the trustees, and pays for the report:", how, len(keys))
	opened, err := f.show(ctx, d.quiet(), d.insurer, owner.passport, keys)
	if err == nil && opened == 0 {
		err = errors.New("no event opened")
	}
	return err
}

// consent is the owner's word that the insurer may read the class for claims, recorded through the member that serves the owner.
func (d *demo) consent(ctx context.Context, owner ownerKey) (string, error) {
	parsed := access.PolicyID(owner.policy[len(owner.policy)-32:])
	c := access.Consent{
		Policy: parsed, Owner: owner.Identity(), Recipient: d.insurer.Member, Classes: []access.Class{"workshop"},
		Purposes: []access.Purpose{"claim_assessment"}, ExpiryUnixMilli: time.Now().Add(time.Hour).UnixMilli(),
	}
	if _, err := rand.Read(c.Nonce[:]); err != nil {
		return "", err
	}
	text, err := c.Canonical()
	if err != nil {
		return "", err
	}
	conn, err := d.closers.dial(d.maker, "access")
	if err != nil {
		return "", err
	}
	resp, err := accessv1.NewConsentServiceClient(conn).RecordConsent(ctx, &accessv1.RecordConsentRequest{
		Parent: owner.policy, SignedText: access.SignedConsent{Consent: c, Signature: owner.Sign(text)}.String(),
	})
	return resp.GetConsent().GetName(), err
}

func (d *demo) withdraw(ctx context.Context, owner ownerKey, consent string) error {
	hash, ok := access.ParseHash(consent[len(consent)-64:])
	if !ok {
		return fmt.Errorf("%s is no consent", consent)
	}
	text, err := access.Withdrawal{Consent: hash, Owner: owner.Identity()}.Canonical()
	if err != nil {
		return err
	}
	conn, err := d.closers.dial(d.maker, "access")
	if err != nil {
		return err
	}
	_, err = accessv1.NewConsentServiceClient(conn).WithdrawConsent(ctx, &accessv1.WithdrawConsentRequest{
		Name: consent, Withdrawal: &accessv1.SignedText{Text: string(text), Signatures: accesskey.Sign(text, owner.Itself()).String()},
	})
	return err
}

// listReads shows the owner who asked to read, when and why.
func (d *demo) listReads(ctx context.Context, owner ownerKey) error {
	conn, err := d.closers.dial(d.maker, "access")
	if err != nil {
		return err
	}
	resp, err := accessv1.NewReadRequestServiceClient(conn).ListReadRequests(ctx, &accessv1.ListReadRequestsRequest{Parent: owner.policy})
	if err != nil {
		return err
	}
	for _, r := range resp.GetReadRequests() {
		d.say("  the owner sees: %s asked on %s to read %s for %s", r.GetReader(), r.GetCreateTime().AsTime().Format(time.RFC3339),
			r.GetClass(), r.GetPurpose())
	}
	if len(resp.GetReadRequests()) == 0 {
		return errors.New("the owner does not see the insurer's request")
	}
	return nil
}
