package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	optionsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/options/v1"
)

// testDefaultDeny finds every RPC by reflection and every route in the published document, so that a new one is tested
// from its first day.
func testDefaultDeny(t *testing.T, w *world) {
	stranger := caller.New(t, w.platform, caller.Credentials{})
	apprentice := caller.New(t, w.platform, certificate(w.authority(t, "garage").Issue(t, "apprentice")))
	methods := allMethods()
	if len(methods) < 30 {
		t.Fatalf("only %d RPCs found", len(methods))
	}
	for _, m := range methods {
		t.Run(string(m.FullName()), func(t *testing.T) {
			rule, _ := proto.GetExtension(m.Options(), optionsv1.E_Authorization).(*optionsv1.Authorization)
			if rule.GetScope() == optionsv1.Scope_SCOPE_UNSPECIFIED || rule.GetPermission() == "" {
				t.Error("the RPC has no rule")
			}
			wantRefused(t, stranger, m, codes.Unauthenticated)
			wantRefused(t, apprentice, m, codes.PermissionDenied)
			if rule.GetScope() == optionsv1.Scope_SCOPE_SERVICE {
				wantRefused(t, w.garage, m, codes.PermissionDenied)
			}
		})
	}
	t.Run("REST", func(t *testing.T) { denyREST(t, stranger) })
}

// allMethods are those of all services of the platform's protos that this program links.
func allMethods() (methods []protoreflect.MethodDescriptor) {
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "pcc.") {
			return true
		}
		for i := range f.Services().Len() {
			all := f.Services().Get(i).Methods()
			for j := range all.Len() {
				methods = append(methods, all.Get(j))
			}
		}
		return true
	})
	return methods
}

// wantRefused calls the method with an empty message: who may not call it must not learn that it is malformed.
func wantRefused(t *testing.T, c *caller.Caller, m protoreflect.MethodDescriptor, want codes.Code) {
	t.Helper()
	method := "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
	for _, service := range servicesOf(m) {
		conn, err := c.Conn(service)
		if err != nil {
			t.Fatal(err)
		}
		if got := status.Code(call(t.Context(), conn, method, m)); got != want {
			t.Errorf("%s: %s, want %s", service, got, want)
		}
	}
}

// servicesOf are those that answer a method: of pcc.<service>.v1 that service, of the journal all that keep one.
func servicesOf(m protoreflect.MethodDescriptor) []string {
	service := strings.Split(string(m.FullName()), ".")[1]
	if service == "journal" {
		return []string{"registry", "ingest", "settlement", "anchor"}
	}
	return []string{service}
}

func call(ctx context.Context, conn *grpc.ClientConn, method string, m protoreflect.MethodDescriptor) error {
	request, answer := dynamicpb.NewMessage(m.Input()), dynamicpb.NewMessage(m.Output())
	if !m.IsStreamingClient() && !m.IsStreamingServer() {
		return conn.Invoke(ctx, method, request, answer)
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	return stream.RecvMsg(answer)
}

// denyREST asks for every route of the document that the platform publishes.
func denyREST(t *testing.T, stranger *caller.Caller) {
	raw, err := stranger.REST.Send(t.Context(), "GET", "/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	type operation struct {
		Parameters []struct{ Name, In, Pattern string }
	}
	var document struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Paths) < 20 {
		t.Fatalf("only %d paths in /openapi.json", len(document.Paths))
	}
	for template, operations := range document.Paths {
		for method, o := range operations {
			path := template
			for _, p := range o.Parameters {
				if p.In == "path" {
					path = strings.ReplaceAll(path, "{"+p.Name+"}", strings.ReplaceAll(p.Pattern, "[^/]+", newID()))
				}
			}
			if strings.ContainsAny(path, "{}[]") {
				t.Errorf("%s %s: the parameters do not say what to put in", method, template)
				continue
			}
			_, err := stranger.REST.Send(t.Context(), strings.ToUpper(method), path, []byte("{}"))
			if f := caller.FaultOf(err); f.Status != http.StatusUnauthorized || f.Reason != "CREDENTIALS_MISSING" {
				t.Errorf("%s %s: %v, want 401 CREDENTIALS_MISSING", method, path, err)
			}
		}
	}
}
