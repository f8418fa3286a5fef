package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/devicebus"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
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
	wanted := registry.DeviceToken{
		Member: callerMember(ctx), Passport: passport, DisplayName: req.GetDisplayName(), IssuedBy: authn.FromContext(ctx).Subject(),
	}
	var issued registry.DeviceToken
	var password string
	err = s.Store.InTx(ctx, func(tx postgres.Tx) (err error) {
		issued, password, err = s.Rules.IssueDeviceToken(ctx, tx, s.Accounts, wanted, req.GetLifetime().AsDuration())
		return err
	})
	if err != nil {
		return nil, err
	}
	return &registryv1.IssueDeviceTokenResponse{
		Token: password, ExpireTime: timestamppb.New(issued.ExpireTime),
		JsonTopic:     devicebus.EventsTopic(passport, devicebus.FormatJSON),
		ProtobufTopic: devicebus.EventsTopic(passport, devicebus.FormatProtobuf),
		SignedTopic:   devicebus.EventsTopic(passport, devicebus.FormatSigned),
		AnswersTopic:  devicebus.AnswersTopic(passport),
		DeviceToken:   wire.FromDeviceToken(issued),
	}, nil
}
