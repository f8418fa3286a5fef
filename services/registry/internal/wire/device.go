package wire

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
)

// DeviceTokenID returns the ids of the passport and of the token in the resource name of a device's token.
func DeviceTokenID(name string) (passport, token string, err error) {
	parent, token, _ := strings.Cut(name, "/deviceTokens/")
	passport, ok := uuidAfter(parent, "passports/")
	if !ok {
		return "", "", registry.ErrTokenNotFound
	}
	return passport, token, nil
}

// FromDeviceToken returns t as it is sent.
func FromDeviceToken(t registry.DeviceToken) *registryv1.DeviceToken {
	out := &registryv1.DeviceToken{
		Name: t.Name(), DisplayName: t.DisplayName, IssuedBy: t.IssuedBy, RevokedBy: t.RevokedBy,
		IssueTime: timestamppb.New(t.IssueTime), ExpireTime: timestamppb.New(t.ExpireTime),
	}
	if t.RevokeTime != nil {
		out.RevokeTime = timestamppb.New(*t.RevokeTime)
	}
	return out
}
