package server_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nkeys"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/internal/devicebus/devicebustest"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
	"github.com/pcc-platform/pcc/internal/testkit"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// fleet is a member with an enrolled vehicle, and who administers its devices.
type fleet struct {
	*member
	registryv1.DeviceServiceClient
	passport string
}

func (w *world) fleet(t *testing.T, name string) *fleet {
	t.Helper()
	m := w.admit(t, name, registryv1.MemberClass_MEMBER_CLASS_MAKER)
	return &fleet{member: m, DeviceServiceClient: registryv1.NewDeviceServiceClient(w.Dial(m.Member, "admin")), passport: m.enrol(t).GetName()}
}

func (f *fleet) issue(t *testing.T, displayName string, lifetime time.Duration) *registryv1.IssueDeviceTokenResponse {
	t.Helper()
	resp, err := f.IssueDeviceToken(t.Context(), &registryv1.IssueDeviceTokenRequest{
		Passport: f.passport, Lifetime: durationpb.New(lifetime), DisplayName: displayName,
	})
	must(t, err)
	return resp
}

func (f *fleet) list(t *testing.T, req *registryv1.ListDeviceTokensRequest) *registryv1.ListDeviceTokensResponse {
	t.Helper()
	resp, err := f.ListDeviceTokens(t.Context(), req)
	must(t, err)
	return resp
}

func revokeRequest(name string) *registryv1.RevokeDeviceTokenRequest {
	return &registryv1.RevokeDeviceTokenRequest{RequestId: uuid.NewString(), Name: name}
}

func names(tokens []*registryv1.DeviceToken) (out []string) {
	for _, t := range tokens {
		out = append(out, t.GetDisplayName())
	}
	return out
}

// connect connects a device of the fleet's vehicle.
func (w *world) connect(t *testing.T, f *fleet, password string) (*devicebustest.Device, error) {
	t.Helper()
	ca, err := os.ReadFile(w.ServiceTLS("nats").CAFile)
	must(t, err)
	return devicebustest.TryConnect(t, w.mqttURL, ca, strings.TrimPrefix(f.passport, "passports/"), password)
}

// connected waits until the device may connect, which is once its member's account is there.
func (w *world) connected(t *testing.T, f *fleet, password string) (d *devicebustest.Device) {
	t.Helper()
	await(t, "the member's account", func() bool {
		var err error
		d, err = w.connect(t, f, password)
		return err == nil
	})
	return d
}

func TestARevokedDeviceIsTurnedAway(t *testing.T) {
	w := newWorld(t)
	oem := w.fleet(t, "oem")
	lost, kept := oem.issue(t, "lost", time.Hour), oem.issue(t, "kept", time.Hour)
	first, second := w.connected(t, oem, lost.GetToken()), w.connected(t, oem, kept.GetToken())
	req := revokeRequest(lost.GetDeviceToken().GetName())
	once, err := oem.RevokeDeviceToken(t.Context(), req)
	must(t, err)
	again, err := oem.RevokeDeviceToken(t.Context(), req)
	must(t, err)
	anew, err := oem.RevokeDeviceToken(t.Context(), revokeRequest(req.GetName()))
	must(t, err)
	if got := once.GetDeviceToken(); !proto.Equal(once, again) || !proto.Equal(once, anew) ||
		got.GetRevokedBy() != oem.ID+"/admin" || got.GetRevokeTime() == nil {
		t.Errorf("revoked %v, again %v, anew %v", once, again, anew)
	}
	if _, err := w.connect(t, oem, lost.GetToken()); err == nil {
		t.Error("the revoked token connects")
	}
	select {
	case <-first.Lost:
	case <-time.After(patience):
		t.Error("the connection outlives the revocation")
	}
	if _, err := w.connect(t, oem, kept.GetToken()); err != nil || !second.IsConnected() {
		t.Errorf("the other token: %v", err)
	}
	if got, want := w.audited(t, req.GetName()), []string{"IssueDeviceToken", "RevokeDeviceToken", "RevokeDeviceToken"}; !slices.Equal(got, want) {
		t.Errorf("audited %v, want %v", got, want)
	}
	w.stopBroker()
	_, err = oem.RevokeDeviceToken(t.Context(), revokeRequest(kept.GetDeviceToken().GetName()))
	wantReason(t, err, "BROKER_UNAVAILABLE", "")
	valid := oem.list(t, &registryv1.ListDeviceTokensRequest{Parent: oem.passport, OnlyValid: true})
	if got := names(valid.GetDeviceTokens()); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("recorded as valid: %v", got)
	}
}

func TestDeviceTokensOfAMemberAreItsOwn(t *testing.T) {
	w := newWorld(t)
	oem, garage := w.fleet(t, "oem"), w.fleet(t, "garage")
	garage.passport = oem.passport // both have devices in the same car
	theirs := oem.issue(t, "theirs", time.Hour).GetDeviceToken().GetName()
	_, err := garage.RevokeDeviceToken(t.Context(), revokeRequest(theirs))
	wantReason(t, err, "DEVICE_TOKEN_NOT_FOUND", "")
	if got := garage.list(t, &registryv1.ListDeviceTokensRequest{Parent: "passports/-"}); len(got.GetDeviceTokens()) != 0 {
		t.Errorf("listed %v", got)
	}
	clerk := registryv1.NewDeviceServiceClient(w.Dial(oem.Member, "clerk"))
	_, err = clerk.RevokeDeviceToken(t.Context(), revokeRequest(theirs))
	wantReason(t, err, "PERMISSION_DENIED", "")
	_, err = clerk.ListDeviceTokens(t.Context(), &registryv1.ListDeviceTokensRequest{Parent: oem.passport})
	wantReason(t, err, "PERMISSION_DENIED", "")
	_, err = oem.RevokeDeviceToken(t.Context(), revokeRequest(strings.Replace(theirs, "/U", "/UA", 1)[:len(theirs)]))
	wantReason(t, err, "DEVICE_TOKEN_NOT_FOUND", "")
	_, err = oem.ListDeviceTokens(t.Context(), &registryv1.ListDeviceTokensRequest{Parent: "passports/" + uuid.NewString()})
	wantReason(t, err, "PASSPORT_NOT_FOUND", "")
}

func TestDeviceTokensAreListedInPages(t *testing.T) {
	w := newWorld(t)
	oem := w.fleet(t, "oem")
	var want []string
	for i := range 5 {
		name := fmt.Sprint("dongle ", i)
		oem.issue(t, name, time.Hour)
		want = append([]string{name}, want...)
	}
	first := oem.passport
	oem.passport = oem.enrol(t).GetName()
	oem.issue(t, "other car", time.Hour)
	for parent, want := range map[string][]string{first: want, "passports/-": append([]string{"other car"}, want...)} {
		var got []string
		for page := ""; ; {
			resp := oem.list(t, &registryv1.ListDeviceTokensRequest{Parent: parent, PageSize: 2, PageToken: page})
			got = append(got, names(resp.GetDeviceTokens())...)
			if page = resp.GetNextPageToken(); page == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", parent, got, want)
		}
	}
	for range 95 {
		oem.issue(t, "", time.Minute)
	}
	for range 4 {
		oem.issue(t, "", time.Hour)
	}
	_, err := oem.IssueDeviceToken(t.Context(), &registryv1.IssueDeviceTokenRequest{Passport: oem.passport, Lifetime: durationpb.New(time.Hour)})
	wantReason(t, err, "DEVICE_TOKENS_EXHAUSTED", "")
}

// audited returns what the audit has of an object.
func (w *world) audited(t *testing.T, object string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.DatabaseURL)
	must(t, err)
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), "SELECT action FROM registry.audit WHERE object = $1 ORDER BY id", object)
	must(t, err)
	actions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	return actions
}

// TestTheBrokerIsRemindedOfRevocations takes the broker's disk back to before a revocation. The next registry that starts
// tells it again.
func TestTheBrokerIsRemindedOfRevocations(t *testing.T) {
	w := newWorld(t)
	oem := w.fleet(t, "oem")
	lost := oem.issue(t, "lost", time.Hour)
	w.connected(t, oem, lost.GetToken())
	account, err := w.accounts.Account(oem.ID, natsaccounts.MemberLimits())
	must(t, err)
	_, err = oem.RevokeDeviceToken(t.Context(), revokeRequest(lost.GetDeviceToken().GetName()))
	must(t, err)
	w.stopBroker()
	file := filepath.Join(w.broker.Dir, "accounts", account.ID+".jwt")
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	must(t, os.WriteFile(file, []byte(account.JWT), 0o600))
	w.runBroker(t)
	w.connected(t, oem, lost.GetToken())
	w.config.Listen = net.JoinHostPort("127.0.0.1", strconv.Itoa(testkit.FreePort(t)))
	w.startRegistry()
	await(t, "the broker's refusal", func() bool {
		_, err := w.connect(t, oem, lost.GetToken())
		return err != nil
	})
}

func TestRevocationsAtOnceAllCount(t *testing.T) {
	w := newWorld(t)
	oem := w.fleet(t, "oem")
	const devices = 8
	var issued []*registryv1.IssueDeviceTokenResponse
	for range devices {
		issued = append(issued, oem.issue(t, "", time.Hour))
	}
	w.connected(t, oem, issued[0].GetToken())
	errs := make(chan error, devices)
	for _, d := range issued {
		go func() {
			_, err := oem.RevokeDeviceToken(t.Context(), revokeRequest(d.GetDeviceToken().GetName()))
			errs <- err
		}()
	}
	for range devices {
		must(t, <-errs)
	}
	for i, d := range issued {
		if _, err := w.connect(t, oem, d.GetToken()); err == nil {
			t.Errorf("token %d connects", i)
		}
	}
}

// TestRevocationsAreBounded has a member with as many withdrawn tokens as it may have: one more is refused and stays valid, until
// one of the others has expired.
func TestRevocationsAreBounded(t *testing.T) {
	w := newWorld(t)
	oem := w.fleet(t, "oem")
	passport := strings.TrimPrefix(oem.passport, "passports/")
	one := oem.issue(t, "one more", time.Hour)
	w.connected(t, oem, one.GetToken())
	conn, err := pgx.Connect(t.Context(), w.DatabaseURL)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	now, row := time.Now().UTC(), 0
	_, err = conn.CopyFrom(t.Context(), pgx.Identifier{"registry", "device_token"},
		[]string{"id", "member", "passport", "display_name", "issued_by", "issued_at", "expires_at", "revoked_by", "revoked_at"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if row++; row > natsaccounts.MaxRevocations {
				return nil, nil
			}
			return []any{brokerUser(t), oem.ID, passport, "", "oem/admin", now, now.Add(time.Hour), "oem/admin", now}, nil
		}))
	must(t, err)
	_, err = oem.RevokeDeviceToken(t.Context(), revokeRequest(one.GetDeviceToken().GetName()))
	wantReason(t, err, "DEVICE_REVOCATIONS_EXHAUSTED", "")
	w.connected(t, oem, one.GetToken())
	_, err = conn.Exec(t.Context(), `UPDATE registry.device_token SET expires_at = $1
		WHERE id = (SELECT min(id) FROM registry.device_token WHERE revoked_at IS NOT NULL)`, now)
	must(t, err)
	_, err = oem.RevokeDeviceToken(t.Context(), revokeRequest(one.GetDeviceToken().GetName()))
	must(t, err)
	if _, err := w.connect(t, oem, one.GetToken()); err == nil {
		t.Error("the revoked token connects")
	}
}

// brokerUser is the id of a user that the broker could know.
func brokerUser(t *testing.T) string {
	t.Helper()
	key, err := nkeys.CreateUser()
	must(t, err)
	id, err := key.PublicKey()
	must(t, err)
	return id
}
