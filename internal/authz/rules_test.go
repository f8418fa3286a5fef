package authz

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	_ "github.com/pcc-platform/pcc/internal/authz/everyrpc"
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/gateway/v1"
	optionsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/options/v1"
)

func TestEveryRPCHasARule(t *testing.T) {
	rules, err := LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]bool{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			service := f.Services().Get(i)
			for j := range service.Methods().Len() {
				if strings.HasPrefix(string(f.Package()), "pcc.") {
					methods["/"+string(service.FullName())+"/"+string(service.Methods().Get(j).Name())] = true
				}
			}
		}
		return true
	})
	if got, want := slices.Sorted(maps.Keys(rules)), slices.Sorted(maps.Keys(methods)); !slices.Equal(got, want) || len(want) < 20 {
		t.Errorf("rules for\n%v\nwant\n%v", got, want)
	}
	want := Rule{Scope: optionsv1.Scope_SCOPE_SERVICE, Permission: "call", Service: "settlement"}
	if got := rules[holdRead]; got != want {
		t.Errorf("rule of HoldRead is %+v, want %+v", got, want)
	}
}

// TestRulesNamePermissions holds the protos and Keto's model together.
func TestRulesNamePermissions(t *testing.T) {
	model, err := os.ReadFile("../../deploy/keto/namespaces.keto.ts")
	if err != nil {
		t.Fatal(err)
	}
	permits := map[string]string{} // permission to namespace
	namespace := ""
	for _, m := range regexp.MustCompile(`class (\w+) implements|(\w+): \(ctx: Context\)`).FindAllStringSubmatch(string(model), -1) {
		if m[1] != "" {
			namespace = m[1]
			continue
		}
		permits[m[2]] = namespace
	}
	rules, err := LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	scopes := map[optionsv1.Scope]string{
		optionsv1.Scope_SCOPE_MEMBER: "Member", optionsv1.Scope_SCOPE_CONSORTIUM: "Consortium", optionsv1.Scope_SCOPE_SERVICE: "Service",
	}
	used := map[string]bool{}
	for method, rule := range rules {
		used[rule.Permission] = true
		if got, want := permits[rule.Permission], scopes[rule.Scope]; got != want {
			t.Errorf("%s asks for %s of a %s, which the model has for %q", method, rule.Permission, want, got)
		}
	}
	for permission := range permits {
		if !used[permission] {
			t.Errorf("no RPC asks for %s", permission)
		}
	}
}

func TestARuleMustBeComplete(t *testing.T) {
	for name, c := range map[string]struct {
		pkg     string
		rule    *optionsv1.Authorization
		refused bool
	}{
		"complete":      {"pcc.test.v1", &optionsv1.Authorization{Scope: optionsv1.Scope_SCOPE_MEMBER, Permission: "p"}, false},
		"none":          {"pcc.test.v1", nil, true},
		"no scope":      {"pcc.test.v1", &optionsv1.Authorization{Permission: "p"}, true},
		"no permission": {"pcc.test.v1", &optionsv1.Authorization{Scope: optionsv1.Scope_SCOPE_MEMBER}, true},
		"not ours":      {"grpc.health.v1", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := Rules{}.add(service(t, c.pkg, c.rule))
			if (err != nil) != c.refused {
				t.Fatalf("error = %v", err)
			}
			if c.refused && !strings.Contains(err.Error(), "pcc.test.v1.TestService.Call") {
				t.Errorf("error %v does not name the method", err)
			}
		})
	}
}

// service describes a service with one method that has the rule.
func service(t *testing.T, pkg string, rule *optionsv1.Authorization) protoreflect.ServiceDescriptor {
	t.Helper()
	options := &descriptorpb.MethodOptions{}
	if rule != nil {
		proto.SetExtension(options, optionsv1.E_Authorization, rule)
	}
	message := "." + pkg + ".Empty"
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("test.proto"), Package: &pkg, Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("Empty")}},
		Service: []*descriptorpb.ServiceDescriptorProto{{
			Name:   proto.String("TestService"),
			Method: []*descriptorpb.MethodDescriptorProto{{Name: proto.String("Call"), InputType: &message, OutputType: &message, Options: options}},
		}},
	}, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	return file.Services().Get(0)
}
