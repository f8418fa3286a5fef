package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/e2e/internal/device"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const (
	// deliveryTime bounds all messages of a device through the end of a part of the platform.
	deliveryTime     = time.Minute
	deviceMessages   = 12
	eventsPerMessage = 5
)

// testDevices sends events over MQTT as cars do.
func testDevices(t *testing.T, w *world) {
	t.Run("events are taken once", func(t *testing.T) { deviceDelivers(t, w) })
	t.Run("foreign passports and sources", func(t *testing.T) { deviceIsKeptToItself(t, w) })
	t.Run("a withdrawn password", func(t *testing.T) { deviceIsTurnedAway(t, w) })
	for _, part := range []string{"gateway", "ingest", "nats"} {
		t.Run("a kill of "+part, func(t *testing.T) { killUnderDevice(t, w, part) })
	}
}

// newDevice has a member let the device of a passport in.
func (w *world) newDevice(t *testing.T, as *caller.Caller, passport string, lifetime time.Duration) *device.Device {
	t.Helper()
	d, _ := w.newNamedDevice(t, as, passport, lifetime)
	return d
}

// newNamedDevice is newDevice with the name of the device's password.
func (w *world) newNamedDevice(t *testing.T, as *caller.Caller, passport string, lifetime time.Duration) (d *device.Device, name string) {
	t.Helper()
	resp := &registryv1.IssueDeviceTokenResponse{}
	req := &registryv1.IssueDeviceTokenRequest{Lifetime: durationpb.New(lifetime)}
	if err := as.REST.Call(t.Context(), "POST", "/v1/"+passport+":issueDeviceToken", req, resp); err != nil {
		t.Fatal(err)
	}
	w.secrets = append(w.secrets, resp.GetToken())
	d = &device.Device{Broker: w.info.MQTT, CAFile: w.platform.CAFile, Passport: passport, Password: resp.GetToken()}
	return d, resp.GetDeviceToken().GetName()
}

// deviceMessage is a message of readings, with the ids of its events.
func deviceMessage(t *testing.T, member, passport, prefix string) (payload []byte, ids []string) {
	t.Helper()
	batch := &ingestv1.IngestEventsRequest{} // has the form of a CloudEventBatch
	for i := range eventsPerMessage {
		e := reading(t, member, passport, fmt.Sprintf("%s-%d", prefix, i), fmt.Sprint(10_000+i))
		e.Source = "/members/" + member + "/" + passport
		batch.Events, ids = append(batch.Events, e), append(ids, e.GetId())
	}
	payload, err := proto.Marshal(batch)
	if err != nil {
		t.Fatal(err)
	}
	return payload, ids
}

func deviceDelivers(t *testing.T, w *world) {
	passport := w.newPassport(t, w.oem)
	d := w.newDevice(t, w.oem, passport, time.Hour).Must(t)
	ctx, cancel := context.WithTimeout(t.Context(), deliveryTime)
	defer cancel()
	payload, ids := deviceMessage(t, "oem", passport, "m")
	for _, what := range []string{"first", "again"} {
		a, err := d.Deliver(ctx, "protobuf", payload)
		if err != nil || a.GetTaken() != eventsPerMessage || len(a.GetRejections()) != 0 {
			t.Fatalf("%s: %v, %v", what, a, err)
		}
	}
	await.Until(t, settleTime, func(ctx context.Context) string { return compareEvents(ctx, w.oem, passport, ids) })
	if a, err := d.Deliver(ctx, "json", []byte("{}")); err != nil || a.GetTaken() != 0 || len(a.GetRejections()) != 1 {
		t.Errorf("an empty event: %v, %v", a, err)
	}
}

func deviceIsKeptToItself(t *testing.T, w *world) {
	own, foreign := w.newPassport(t, w.oem), w.newPassport(t, w.oem)
	d := w.newDevice(t, w.garage, own, time.Hour)
	stranger := *d
	stranger.Passport = foreign
	if err := stranger.Connect(); !errors.Is(err, device.ErrRefused) {
		t.Errorf("the answers to another passport: %v, want a refusal", err)
	}
	d.Must(t)
	ctx, cancel := context.WithTimeout(t.Context(), deliveryTime)
	defer cancel()
	for _, c := range []struct{ member, passport, reason string }{
		{"garage", foreign, "SUBJECT_INVALID"}, {"oem", own, "SOURCE_FOREIGN"},
	} {
		payload, _ := deviceMessage(t, c.member, c.passport, "f")
		a, err := d.Deliver(ctx, "protobuf", payload)
		if err != nil || a.GetTaken() != 0 || len(a.GetRejections()) != eventsPerMessage || a.GetRejections()[0].GetReason() != c.reason {
			t.Errorf("%s: %v, %v", c.reason, a, err)
		}
	}
}

// deviceIsTurnedAway withdraws a device's password, which counts no more, also once the broker was killed.
func deviceIsTurnedAway(t *testing.T, w *world) {
	passport := w.newPassport(t, w.oem)
	d, name := w.newNamedDevice(t, w.oem, passport, time.Hour)
	d.Must(t)
	revoked := &registryv1.DeviceToken{}
	req := &registryv1.RevokeDeviceTokenRequest{RequestId: newID()}
	if err := w.oem.REST.Call(t.Context(), "POST", "/v1/"+name+":revoke", req, revoked); err != nil || revoked.GetRevokeTime() == nil {
		t.Fatalf("%v: %v", revoked, err)
	}
	payload, _ := deviceMessage(t, "oem", passport, "w")
	if err := d.Publish("protobuf", payload); err == nil {
		t.Error("the connection goes on")
	}
	if err := d.Connect(); err == nil {
		t.Error("the password is good for another connection")
	}
	if _, err := w.stack.Kill("nats"); err != nil {
		t.Fatal(err)
	}
	other := w.newDevice(t, w.oem, passport, time.Hour)
	await.Until(t, settleTime, func(context.Context) string {
		if err := other.Connect(); err != nil {
			return err.Error()
		}
		return ""
	})
	defer other.Close()
	if err := d.Connect(); err == nil {
		t.Error("the password is good after a restart")
	}
	listed := &registryv1.ListDeviceTokensResponse{}
	if err := w.oem.REST.Call(t.Context(), "GET", "/v1/"+passport+"/deviceTokens?only_valid=true", nil, listed); err != nil || len(listed.GetDeviceTokens()) != 1 {
		t.Errorf("listed %v: %v", listed, err)
	}
}

// killUnderDevice kills a part while a device delivers: it gets an answer to everything, and everything is there once.
func killUnderDevice(t *testing.T, w *world, part string) {
	passport := w.newPassport(t, w.oem)
	d := w.newDevice(t, w.oem, passport, time.Hour).Must(t)
	ctx, cancel := context.WithTimeout(t.Context(), deliveryTime)
	defer cancel()
	var want []string
	for i := range deviceMessages {
		payload, ids := deviceMessage(t, "oem", passport, fmt.Sprint(part, "-", i))
		want = append(want, ids...)
		if i == deviceMessages/3 {
			if err := d.Publish("protobuf", payload); err != nil {
				t.Fatal(err)
			}
			if _, err := w.stack.Kill(part); err != nil {
				t.Fatal(err)
			}
		}
		a, err := d.Deliver(ctx, "protobuf", payload)
		if err != nil || a.GetTaken() != eventsPerMessage {
			t.Fatalf("message %d: %v, %v", i, a, err)
		}
	}
	await.Until(t, redeliveryTime, func(ctx context.Context) string { return compareEvents(ctx, w.oem, passport, want) })
	t.Logf("%d messages delivered with %d sent", deviceMessages, d.Sent+1)
}
