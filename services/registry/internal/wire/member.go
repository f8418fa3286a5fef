package wire

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
)

var memberClasses = enum[registry.MemberClass, registryv1.MemberClass]{
	registry.Maker:            registryv1.MemberClass_MEMBER_CLASS_MAKER,
	registry.Insurer:          registryv1.MemberClass_MEMBER_CLASS_INSURER,
	registry.Garage:           registryv1.MemberClass_MEMBER_CLASS_GARAGE,
	registry.InspectionCentre: registryv1.MemberClass_MEMBER_CLASS_INSPECTION_CENTRE,
	registry.Dealer:           registryv1.MemberClass_MEMBER_CLASS_DEALER,
	registry.Fleet:            registryv1.MemberClass_MEMBER_CLASS_FLEET,
	registry.Authority:        registryv1.MemberClass_MEMBER_CLASS_AUTHORITY,
}

var admissionSteps = enum[registry.AdmissionStep, registryv1.AdmissionStep]{
	registry.StepDirectory:          registryv1.AdmissionStep_ADMISSION_STEP_DIRECTORY,
	registry.StepRelations:          registryv1.AdmissionStep_ADMISSION_STEP_RELATIONS,
	registry.StepMessagingAccount:   registryv1.AdmissionStep_ADMISSION_STEP_MESSAGING_ACCOUNT,
	registry.StepSettlementAccounts: registryv1.AdmissionStep_ADMISSION_STEP_SETTLEMENT_ACCOUNTS,
	registry.StepChainDirectory:     registryv1.AdmissionStep_ADMISSION_STEP_CHAIN_DIRECTORY,
}

// FromMember returns m as it is sent.
func FromMember(m registry.Member) *registryv1.Member {
	state := registryv1.MemberState_MEMBER_STATE_ADMITTING
	if m.Active() {
		state = registryv1.MemberState_MEMBER_STATE_ACTIVE
	}
	return &registryv1.Member{
		Name: m.Name(), DisplayName: m.DisplayName, MemberClass: memberClasses[m.Class], MspId: m.MSPID,
		CaCertificates: m.CACertificates, Administrators: m.Administrators, State: state,
		CompletedSteps: All(m.Completed, func(s registry.AdmissionStep) registryv1.AdmissionStep { return admissionSteps[s] }),
		CreateTime:     timestamppb.New(m.CreateTime),
	}
}

// ToMember reads what a caller may say of a member.
func ToMember(m *registryv1.Member) registry.Member {
	return registry.Member{
		ID: MemberID(m.GetName()), DisplayName: m.GetDisplayName(), Class: memberClasses.inverse(m.GetMemberClass()),
		MSPID: m.GetMspId(), CACertificates: m.GetCaCertificates(), Administrators: m.GetAdministrators(),
	}
}
