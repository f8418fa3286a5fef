package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/uuid"

	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/erasure"
)

// vinLetters are the characters of a VIN.
const vinLetters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"

// showErasure has the holder of one more vehicle erased: its confidential note, read before with the owner's consent, opens for
// nobody any more, and all that can be proven of the vehicle still is.
func (d *demo) showErasure(ctx context.Context) error {
	vehicle, passport, err := d.enrolOne(ctx)
	if err != nil {
		return err
	}
	owner, err := d.openPolicy(ctx, passport)
	if err != nil {
		return err
	}
	if err := d.fileRepair(ctx, passport); err != nil {
		return err
	}
	if _, err := d.consent(ctx, owner); err != nil {
		return err
	}
	if err := d.read(ctx, owner, "before the erasure"); err != nil {
		return err
	}
	if err := d.erase(ctx, vehicle); err != nil {
		return err
	}
	if err := d.read(ctx, owner, "after the erasure"); !isReason(err, "CLASS_KEY_NOT_FOUND") {
		return fmt.Errorf("the erased note was not refused: %w", err)
	}
	d.say("  nobody opens the note any more, not even with the owner's consent and all trustees")
	return d.proveErased(ctx, passport)
}

// enrolOne enrols a vehicle with a VIN that nobody had.
func (d *demo) enrolOne(ctx context.Context) (vehicle, passport string, err error) {
	vault, err := d.closers.dial(d.maker, "vault")
	if err != nil {
		return "", "", err
	}
	bound, err := vaultv1.NewVaultServiceClient(vault).BindVehicle(ctx, &vaultv1.BindVehicleRequest{Vin: randomVIN()})
	if err != nil {
		return "", "", err
	}
	registry, err := d.closers.dial(d.maker, "registry")
	if err != nil {
		return "", "", err
	}
	enrolled, err := registryv1.NewPassportServiceClient(registry).EnrolPassport(ctx, &registryv1.EnrolPassportRequest{
		RequestId: uuid.NewString(), Passport: &registryv1.Passport{Vehicle: bound.GetVehicle()},
	})
	return bound.GetVehicle(), enrolled.GetPassport().GetName(), err
}

func randomVIN() string {
	raw := make([]byte, 17)
	_, _ = rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = vinLetters[int(b)%len(vinLetters)]
	}
	return string(raw)
}

// erase registers the vehicle's holder, and carries out their request to be erased.
func (d *demo) erase(ctx context.Context, vehicle string) error {
	conn, err := d.closers.dial(d.maker, "vault")
	if err != nil {
		return err
	}
	holder, err := vaultv1.NewVaultServiceClient(conn).RegisterHolder(ctx, &vaultv1.RegisterHolderRequest{
		RequestId: uuid.NewString(), Vehicle: vehicle, Identity: &vaultv1.HolderIdentity{FullName: "Demonstration Holder"},
	})
	if err != nil {
		return err
	}
	desk := vaultv1.NewSubjectServiceClient(conn)
	request, err := desk.OpenSubjectRequest(ctx, &vaultv1.OpenSubjectRequestRequest{
		RequestId: uuid.NewString(), Kind: vaultv1.SubjectRequestKind_SUBJECT_REQUEST_KIND_ERASURE,
		Holder: holder.GetName(), Scope: vaultv1.SubjectScope_SUBJECT_SCOPE_VEHICLE,
	})
	if err != nil {
		return err
	}
	erased, err := desk.EraseSubject(ctx, &vaultv1.EraseSubjectRequest{Name: request.GetSubjectRequest().GetName()})
	if err != nil {
		return err
	}
	certificate, err := erasure.Open(erased.GetCertificate().GetSigned(), erased.GetCertificate().GetPublicKey())
	if err != nil {
		return fmt.Errorf("the certificate of erasure does not verify: %w", err)
	}
	d.say("  the holder is erased; the certificate verifies, with receipts of %d stores", len(certificate.Receipts))
	return nil
}

// proveErased buys the passport's report once more, and verifies its proof document once the repair is anchored.
func (d *demo) proveErased(ctx context.Context, passport string) error {
	rest, err := d.insurer.REST()
	if err != nil {
		return err
	}
	report := &registryv1.ReadReportResponse{}
	if err := rest.Call(ctx, "POST", "/v1/"+passport+":report", &registryv1.ReadReportRequest{RequestId: uuid.NewString()}, report); err != nil {
		return err
	}
	proof := &anchorv1.ExportProofResponse{}
	err = d.poll(ctx, func() (bool, string, error) {
		err := rest.Call(ctx, "POST", "/v1/"+passport+":proof", &anchorv1.ExportProofRequest{Read: report.GetReceipt().GetName()}, proof)
		if isReason(err, "NOTHING_ANCHORED") {
			return false, "waiting for an epoch with the repair", nil
		}
		return err == nil && entries(proof.GetDocument()) > 0, "waiting for an epoch with the repair", err
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.proofFile("erased"), proof.GetDocument(), 0o600); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if _, err := verifyFile(d.proofFile("erased"), d.layout.TrustFile(), ""); err != nil {
		return fmt.Errorf("the proof after the erasure does not verify: %w", err)
	}
	d.say("  the passport's proof still verifies, the sealed repair in it")
	return nil
}

// entries counts the events of a document.
func entries(document []byte) (n int) {
	var d verify.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return 0
	}
	for _, l := range d.Lists {
		n += len(l.Entries)
	}
	return n
}
