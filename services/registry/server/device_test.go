package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/internal/devicebus"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

func TestADeviceTokenIsForOnePassportOfItsMember(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	passport := oem.enrol(t).GetName()
	id := strings.TrimPrefix(passport, "passports/")
	devices := registryv1.NewDeviceServiceClient(w.Dial(oem.Member, "admin"))
	resp, err := devices.IssueDeviceToken(t.Context(), &registryv1.IssueDeviceTokenRequest{Passport: passport, Lifetime: durationpb.New(time.Hour)})
	must(t, err)
	if resp.GetJsonTopic() != "pcc/v1/passports/"+id+"/events/json" || resp.GetProtobufTopic() != "pcc/v1/passports/"+id+"/events/protobuf" ||
		resp.GetSignedTopic() != "pcc/v1/passports/"+id+"/events/signed" || resp.GetAnswersTopic() != "pcc/v1/passports/"+id+"/answers" {
		t.Errorf("topics %q, %q, %q", resp.GetJsonTopic(), resp.GetProtobufTopic(), resp.GetAnswersTopic())
	}
	claims, err := jwt.DecodeUserClaims(resp.GetToken())
	must(t, err)
	if !claims.BearerToken || len(claims.AllowedConnectionTypes) != 1 || claims.AllowedConnectionTypes[0] != jwt.ConnectionTypeMqtt ||
		!time.Unix(claims.Expires, 0).Equal(resp.GetExpireTime().AsTime().Truncate(time.Second)) {
		t.Errorf("claims %+v", claims)
	}
	for _, subject := range append(claims.Pub.Allow, claims.Sub.Allow...) {
		if !strings.Contains(subject, id) || strings.ContainsAny(subject, "*>") {
			t.Errorf("the device may use %q", subject)
		}
	}
	if want := passport + "/deviceTokens/" + claims.Subject; resp.GetDeviceToken().GetName() != want || claims.Name != id {
		t.Errorf("the record is %q, want %q", resp.GetDeviceToken().GetName(), want)
	}
	_, err = devices.IssueDeviceToken(t.Context(), &registryv1.IssueDeviceTokenRequest{
		Passport: "passports/00000000-0000-4000-8000-000000000000", Lifetime: durationpb.New(time.Hour),
	})
	wantReason(t, err, "PASSPORT_NOT_FOUND", "")
	_, err = devices.IssueDeviceToken(t.Context(), &registryv1.IssueDeviceTokenRequest{Passport: passport, Lifetime: durationpb.New(401 * 24 * time.Hour)})
	wantReason(t, err, "INVALID_FIELD", "lifetime")
	_, err = registryv1.NewDeviceServiceClient(w.Dial(oem.Member, "clerk")).IssueDeviceToken(t.Context(),
		&registryv1.IssueDeviceTokenRequest{Passport: passport, Lifetime: durationpb.New(time.Hour)})
	wantReason(t, err, "PERMISSION_DENIED", "")
}

func TestTheBridgeHasCredentialsForEveryMember(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	asGateway := registryv1.NewDeviceServiceClient(w.DialService("gateway"))
	resp, err := asGateway.IssueBridgeCredentials(t.Context(), &registryv1.IssueBridgeCredentialsRequest{Member: oem.Name()})
	must(t, err)
	await(t, "the member's account", func() bool {
		conn, err := natsgo.Connect(w.brokerURL, natsgo.UserCredentialBytes([]byte(resp.GetCredentials())))
		if err != nil {
			return false
		}
		defer conn.Close()
		js, err := jetstream.New(conn)
		must(t, err)
		stream, err := js.CreateOrUpdateStream(t.Context(), devicebus.StreamConfig())
		must(t, err)
		_, err = stream.CreateOrUpdateConsumer(t.Context(), devicebus.ConsumerConfig())
		must(t, err)
		return true
	})
	_, err = asGateway.IssueBridgeCredentials(t.Context(), &registryv1.IssueBridgeCredentialsRequest{Member: "members/nobody"})
	wantReason(t, err, "MEMBER_NOT_FOUND", "")
	_, err = registryv1.NewDeviceServiceClient(w.DialService("ingest")).IssueBridgeCredentials(t.Context(),
		&registryv1.IssueBridgeCredentialsRequest{Member: oem.Name()})
	if err != nil {
		t.Errorf("ingest may call the registry: %v", err)
	}
	_, err = registryv1.NewDeviceServiceClient(w.Dial(oem.Member, "admin")).IssueBridgeCredentials(t.Context(),
		&registryv1.IssueBridgeCredentialsRequest{Member: oem.Name()})
	wantReason(t, err, "PERMISSION_DENIED", "")
}
