package postgres_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/pki"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

// recorded returns the facts in a stream, which are in no list.
func (f *fixture) recorded(t *testing.T, stream string) (facts []proto.Message) {
	t.Helper()
	entries, err := journal.Entries(t.Context(), f.pool, stream, 0, journal.MaxPage)
	f.must(t, err)
	for _, e := range entries {
		leaf, err := proof.ParseFrame(e.Frame)
		f.must(t, err)
		of, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(leaf.Type))
		f.must(t, err)
		fact := of.New().Interface()
		f.must(t, proto.Unmarshal(leaf.Payload, fact))
		if e.Key != (proof.Key{}) || leaf.Salt == [proof.SaltBytes]byte{} {
			t.Errorf("%s is in the list %x, with the salt %x", leaf.Type, e.Key, leaf.Salt)
		}
		facts = append(facts, fact)
	}
	return facts
}

// TestWhatBecomesTrueIsRecorded makes one of each fact, in the stream of who made it.
func TestWhatBecomesTrueIsRecorded(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	f.admit(t, "dealer", registry.Dealer)
	p := f.passport(t, "oem")
	_, err := f.transition(as(t, "dealer"), registry.StepRequest{Passport: p.ID, To: registry.Registered, Member: "dealer"})
	f.must(t, err)
	transfer, code, err := f.propose(as(t, "dealer"), p.ID)
	f.must(t, err)
	_, err = f.accept(as(t, "dealer"), transfer, code)
	f.must(t, err)
	recall := f.issue(t, "R1", "WVWZZZ1JZXW000001")

	now := timestamppb.New(f.now)
	want := map[string][]proto.Message{
		"registry/oem": {
			&registryv1.JournaledAdmission{Member: "members/oem", MemberClass: registryv1.MemberClass_MEMBER_CLASS_MAKER, MspId: "oemMSP", CreateTime: now},
			&registryv1.JournaledEnrolment{
				Passport: p.Name(), Member: "members/oem", LifeCycle: registryv1.LifeCycle_LIFE_CYCLE_MANUFACTURED, CreateTime: now,
			},
			&registryv1.JournaledRecall{Recall: recall.Name(), Member: "members/oem", IssueTime: now},
		},
		"registry/dealer": {
			&registryv1.JournaledAdmission{Member: "members/dealer", MemberClass: registryv1.MemberClass_MEMBER_CLASS_DEALER, MspId: "dealerMSP", CreateTime: now},
			&registryv1.JournaledTransition{
				Passport: p.Name(), Member: "members/dealer", From: registryv1.LifeCycle_LIFE_CYCLE_MANUFACTURED,
				To: registryv1.LifeCycle_LIFE_CYCLE_REGISTERED, Revision: 2, CreateTime: now,
			},
			&registryv1.JournaledOwnershipChange{
				Passport: p.Name(), Member: "members/dealer", ProposedBy: "members/dealer", Period: 2, StartTime: now,
			},
		},
	}
	for stream, facts := range want {
		options := cmp.Options{
			protocmp.Transform(),
			protocmp.IgnoreFields(&registryv1.JournaledEnrolment{}, "specification_hash"),
			protocmp.IgnoreFields(&registryv1.JournaledAdmission{}, "authority_key_hashes"),
			protocmp.IgnoreFields(&registryv1.JournaledTransition{}, "reason_hash"),
			protocmp.IgnoreFields(&registryv1.JournaledRecall{}, "notice_hash"),
		}
		if diff := cmp.Diff(facts, f.recorded(t, stream), options); diff != "" {
			t.Errorf("%s: %s", stream, diff)
		}
	}
}

// TestWithoutItsFactNothingBecomesTrue has the journal refuse.
func TestWithoutItsFactNothingBecomesTrue(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	f.admit(t, "authority", registry.Authority)
	p := f.passport(t, "oem")
	_, err := f.pool.Exec(t.Context(), "ALTER TABLE journal_entry ADD CONSTRAINT refuse_all CHECK (seq < 0) NOT VALID")
	f.must(t, err)
	if _, err := f.transition(as(t, "authority"), registry.StepRequest{Passport: p.ID, To: registry.Registered, Member: "authority"}); err == nil {
		t.Error("a step that is not in the journal")
	}
	if _, err := f.enrol(as(t, "oem"), "oem", uuid.NewString()); err == nil {
		t.Error("a passport that is not in the journal")
	}
	got, err := f.store.Passport(t.Context(), p.ID)
	f.must(t, err)
	if n := f.count(t, "SELECT count(*) FROM passport"); got.LifeCycle != registry.Manufactured || n != 1 {
		t.Errorf("%d passports, the first one %s", n, got.LifeCycle)
	}
}

// TestNoLeafTellsOfAVehicleOrAPerson has what must not be in a journal in every text that the registry is given.
func TestNoLeafTellsOfAVehicleOrAPerson(t *testing.T) {
	const vin, person = "WVWZZZ1JZXW000001", "Erika Mustermann"
	f := newFixture(t)
	ca, err := pki.NewAuthority(person)
	f.must(t, err)
	vehicle, said := uuid.New(), vin+" of "+person
	var code string
	f.must(t, f.store.InTx(as(t, "dealer"), func(tx postgres.Tx) error {
		ctx := as(t, "dealer")
		for id, class := range map[string]registry.MemberClass{"oem": registry.Maker, "dealer": registry.Dealer} {
			member := registry.Member{ID: id, DisplayName: said, Class: class, MSPID: id + "MSP", Administrators: []string{id + "/Mustermann"}}
			if member.CACertificates = string(ca.Certificate()); id == "dealer" {
				other, err := pki.NewAuthority(said)
				f.must(t, err)
				member.CACertificates = string(other.Certificate())
			}
			if _, err := f.rules.Admit(ctx, tx, member); err != nil {
				return err
			}
		}
		outcomes, err := f.rules.Enrol(ctx, tx, "dealer", []registry.Enrolment{{Vehicle: vehicle.String(), Specification: registry.Specification{
			Make: said, Model: said, Variant: said, Colour: said, Energy: said,
		}}}, map[string]eventlist.Tag{vehicle.String(): tagOf(vin)})
		if err != nil {
			return err
		}
		step := registry.StepRequest{Passport: outcomes[0].Passport.ID, To: registry.Exported, Member: "dealer", Reason: said}
		if _, err := f.rules.Transition(ctx, tx, step); err != nil {
			return err
		}
		transfer, once, err := f.rules.ProposeTransfer(ctx, tx, step.Passport, "dealer")
		if err != nil {
			return err
		}
		code = once
		a := registry.Acceptance{Passport: step.Passport, Transfer: transfer.ID, Code: code, Member: "dealer", Attempt: true}
		if _, err := f.rules.AcceptTransfer(ctx, tx, a); err != nil {
			return err
		}
		_, err = f.rules.IssueRecall(ctx, tx, registry.Recall{
			Member: "oem", Campaign: vin, Defect: said, Ranges: []registry.VINRange{{Start: vin, End: vin}}, PartNumbers: []string{vin},
		})
		return err
	}))
	tag := tagOf(vin)
	rows, err := f.pool.Query(t.Context(), "SELECT leaf FROM journal_entry")
	f.must(t, err)
	leaves := 0
	for rows.Next() {
		var leaf []byte
		f.must(t, rows.Scan(&leaf))
		for _, secret := range [][]byte{[]byte(vin), []byte("Mustermann"), []byte(vehicle.String()), vehicle[:], tag[:], []byte(code), []byte("000001")} {
			if bytes.Contains(leaf, secret) {
				t.Errorf("a leaf holds %q: %q", secret, leaf)
			}
		}
		leaves++
	}
	if rows.Err() != nil || leaves != 6 {
		t.Errorf("%d leaves, %v", leaves, rows.Err())
	}
}

// TestFactsHaveNoRoomForText wants every field of a fact to be a name, a number, a time or a hash.
func TestFactsHaveNoRoomForText(t *testing.T) {
	names := []protoreflect.Name{"passport", "member", "proposed_by", "recall", "msp_id"}
	messages := registryv1.File_pcc_registry_v1_journal_proto.Messages()
	for i := range messages.Len() {
		fields := messages.Get(i).Fields()
		for j := range fields.Len() {
			field := fields.Get(j)
			fits := field.Kind() == protoreflect.EnumKind || field.Kind() == protoreflect.Int32Kind || field.Kind() == protoreflect.Int64Kind ||
				field.Kind() == protoreflect.StringKind && slices.Contains(names, field.Name()) ||
				field.Kind() == protoreflect.BytesKind && bytes.Contains([]byte(field.Name()), []byte("_hash")) ||
				field.Message() != nil && field.Message().FullName() == (*timestamppb.Timestamp)(nil).ProtoReflect().Descriptor().FullName()
			if !fits {
				t.Errorf("%s can hold a text", field.FullName())
			}
		}
	}
	if messages.Len() != 5 {
		t.Errorf("%d facts", messages.Len())
	}
}

// TestHashesOfTextTellWhereEachEnds wants two specifications that read alike when run together to have two hashes.
func TestHashesOfTextTellWhereEachEnds(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	var enrolments []registry.Enrolment
	bound := map[string]eventlist.Tag{}
	for _, s := range []registry.Specification{{Make: "Al", Model: "pha"}, {Make: "Alp", Model: "ha"}} {
		vehicle := uuid.NewString()
		enrolments, bound[vehicle] = append(enrolments, registry.Enrolment{Vehicle: vehicle, Specification: s}), tagOf(vehicle)
	}
	_, err := f.enrolBound(as(t, "oem"), "oem", enrolments, bound)
	f.must(t, err)
	facts := f.recorded(t, "registry/oem")
	first, second := facts[1].(*registryv1.JournaledEnrolment), facts[2].(*registryv1.JournaledEnrolment)
	if bytes.Equal(first.GetSpecificationHash(), second.GetSpecificationHash()) || len(first.GetSpecificationHash()) != 32 {
		t.Errorf("hashes %x and %x", first.GetSpecificationHash(), second.GetSpecificationHash())
	}
}
