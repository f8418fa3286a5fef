package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/devicebus"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// IssueDeviceToken implements pcc.registry.v1.DeviceService.
func (s *Devices) IssueDeviceToken(ctx context.Context, req *registryv1.IssueDeviceTokenRequest) (*registryv1.IssueDeviceTokenResponse, error) {
	passport, err := wire.PassportID(req.GetPassport())
	if err != nil {
		return nil, err
	}
	if _, err := s.Store.Passport(ctx, passport); err != nil {
		return nil, err
	}
	now, lifetime := s.Now(), req.GetLifetime().AsDuration()
	token, err := s.Accounts.DeviceToken(callerMember(ctx), passport, now, lifetime)
	if err != nil {
		return nil, err
	}
	return &registryv1.IssueDeviceTokenResponse{
		Token: token, ExpireTime: timestamppb.New(now.Add(lifetime)),
		JsonTopic:     devicebus.EventsTopic(passport, devicebus.FormatJSON),
		ProtobufTopic: devicebus.EventsTopic(passport, devicebus.FormatProtobuf),
		SignedTopic:   devicebus.EventsTopic(passport, devicebus.FormatSigned),
		AnswersTopic:  devicebus.AnswersTopic(passport),
	}, nil
}
