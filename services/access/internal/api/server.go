// Package api answers the RPCs of access: it converts, calls the rules and converts back.
package api

import (
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// Policies implements accessv1.PolicyServiceServer.
type Policies struct {
	accessv1.UnimplementedPolicyServiceServer
	Rules *access.Service
}

// Consents implements accessv1.ConsentServiceServer.
type Consents struct {
	accessv1.UnimplementedConsentServiceServer
	Rules *access.Service
}

// ReadRequests implements accessv1.ReadRequestServiceServer.
type ReadRequests struct {
	accessv1.UnimplementedReadRequestServiceServer
	Rules *access.Service
}

// Capsules implements accessv1.CapsuleServiceServer.
type Capsules struct {
	accessv1.UnimplementedCapsuleServiceServer
	Rules *access.Capsules
}
