package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/e2e/internal/probe"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// maxForeign bounds the messages that are read of one stream.
const maxForeign = 1000

// foreign is what one member has for itself: names by which others may reach for it, and marks that nobody else may ever see.
type foreign struct {
	names, marks []string
}

// testForeignNames has another member, with all rights, ask every RPC over gRPC and REST for everything that the garage has:
// by its names, its page tokens, and the ids of its requests. Nothing that is the garage's own comes back, in an answer or in
// an error.
func testForeignNames(t *testing.T, w *world) {
	f := w.garageProperty(t)
	asked := 0
	for _, m := range allMethods() {
		for _, request := range probe.Requests(m, f.names) {
			for how, text := range ask(t, w.insurer, m, request) {
				asked++
				for _, mark := range f.marks {
					if strings.Contains(text, mark) {
						t.Errorf("%s over %s of %v gives away %q: %.500s", m.FullName(), how, request, mark, text)
					}
				}
			}
		}
	}
	if asked < 200 {
		t.Errorf("only %d calls were made", asked)
	}
	for process, address := range w.info.Admin {
		metrics, err := get(t.Context(), "http://"+address+"/metrics")
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range append(slices.Clone(f.marks), f.names...) {
			if strings.Contains(string(metrics), secret) {
				t.Errorf("a metric of %s has the label %q", process, secret)
			}
		}
	}
}

// garageProperty makes something of every kind and finds it, with all else of the garage, in what the garage lists.
func (w *world) garageProperty(t *testing.T) foreign {
	t.Helper()
	b := own(t, w)
	const device = "matrix device of the garage"
	issue := &registryv1.IssueDeviceTokenRequest{Passport: b.passport, Lifetime: durationpb.New(time.Hour), DisplayName: device}
	if err := w.garage.REST.Call(t.Context(), "POST", "/v1/"+b.passport+":issueDeviceToken", issue, nil); err != nil {
		t.Fatal(err)
	}
	hidden, request := w.newVIN(), newID()
	if _, err := w.garage.Vault.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: hidden}); err != nil {
		t.Fatal(err)
	}
	f := foreign{
		names: []string{b.passport, b.vehicle, b.holder, b.letter, request, hidden, "garage/admin"},
		marks: []string{holderName, holderAddress, device, hidden, "garage/matrix-reader", "member:garage:", b.letter},
	}
	for _, m := range allMethods() {
		if !strings.HasPrefix(string(m.Name()), "List") || m.IsStreamingServer() {
			continue
		}
		for _, list := range probe.Requests(m, f.names[:2]) {
			set(list, "page_size", protoreflect.ValueOfInt32(1))
			for _, text := range ask(t, w.garage, m, list) {
				f.names = append(f.names, resourceNames(text)...)
			}
		}
	}
	slices.Sort(f.names)
	f.names = slices.Compact(f.names)
	for _, kind := range []string{"deadLetters/", "holders/", "accounts/", "payouts/", "deviceTokens/"} {
		if !slices.ContainsFunc(f.names, func(n string) bool { return strings.Contains(n, kind) }) {
			t.Errorf("nothing of the garage is below %s: %q", kind, f.names)
		}
	}
	return f
}

// ask makes a call over gRPC, at each service that answers it, and over REST, and returns the answers or errors as text.
func ask(t *testing.T, c *caller.Caller, m protoreflect.MethodDescriptor, request proto.Message) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, service := range servicesOf(m) {
		conn, err := c.Conn(service)
		if err != nil {
			t.Fatal(err)
		}
		texts["gRPC of "+service] = askGRPC(t.Context(), conn, m, request)
	}
	if verb, path, body, ok := probe.Route(m, request); ok {
		answer, err := c.REST.Send(t.Context(), verb, path, body)
		texts["REST"] = string(answer)
		if err != nil {
			texts["REST"] = err.Error()
		}
	}
	return texts
}

// askGRPC sends one message and reads what comes back, at most maxForeign messages.
func askGRPC(ctx context.Context, conn *grpc.ClientConn, m protoreflect.MethodDescriptor, request proto.Message) string {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/"+string(m.Parent().FullName())+"/"+string(m.Name()))
	if err != nil {
		return err.Error()
	}
	if err := stream.SendMsg(request); err != nil && !errors.Is(err, io.EOF) {
		return err.Error()
	}
	_ = stream.CloseSend() // the answer tells
	var text strings.Builder
	for range maxForeign {
		answer := dynamicpb.NewMessage(m.Output())
		if err := stream.RecvMsg(answer); err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Fprint(&text, err)
			}
			break
		}
		raw, _ := protojson.Marshal(answer)
		text.Write(raw)
	}
	return text.String()
}

var resource = regexp.MustCompile(`^[a-zA-Z]+/[A-Za-z0-9:._-]+(/[A-Za-z0-9:._-]+)*$`)

// resourceNames finds names and page tokens in an answer as JSON.
func resourceNames(text string) (names []string) {
	var answer any
	if json.Unmarshal([]byte(text), &answer) != nil {
		return nil
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, below := range v {
				walk(k, below)
			}
		case []any:
			for _, below := range v {
				walk(key, below)
			}
		case string:
			if key == "name" && resource.MatchString(v) || key == "nextPageToken" && v != "" {
				names = append(names, v)
			}
		}
	}
	walk("", answer)
	return names
}

func set(m proto.Message, field protoreflect.Name, v protoreflect.Value) {
	if d := m.ProtoReflect().Descriptor().Fields().ByName(field); d != nil {
		m.ProtoReflect().Set(d, v)
	}
}
