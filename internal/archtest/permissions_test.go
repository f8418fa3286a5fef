package archtest_test

import (
	"os"
	"path"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/pcc-platform/pcc/internal/authz"
	_ "github.com/pcc-platform/pcc/internal/authz/everyrpc" // links the RPCs
	"github.com/pcc-platform/pcc/internal/authz/permissiondoc"
	optionsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/options/v1"
)

// TestPermissions holds the RPCs' options and Keto's model together, both ways.
func TestPermissions(t *testing.T) {
	linkedAll(t)
	rules, err := authz.LoadRules() // fails on an RPC without an option
	if err != nil {
		t.Fatal(err)
	}
	namespaces := map[optionsv1.Scope]string{
		optionsv1.Scope_SCOPE_MEMBER: "Member", optionsv1.Scope_SCOPE_CONSORTIUM: "Consortium", optionsv1.Scope_SCOPE_SERVICE: "Service",
	}
	defined := permissions(t)
	used := map[string]bool{}
	for method, rule := range rules {
		permission := namespaces[rule.Scope] + "." + rule.Permission
		used[permission] = true
		if len(defined[permission]) == 0 {
			t.Errorf("%s asks for %s, which deploy/keto/namespaces.keto.ts does not define", method, permission)
		}
	}
	for permission := range defined {
		if !used[permission] {
			t.Errorf("no RPC asks for %s", permission)
		}
	}
	if len(rules) == 0 || len(defined) == 0 {
		t.Errorf("%d rules and %d permissions", len(rules), len(defined))
	}
}

// permissions reads "<Namespace>.<permission>" out of the model.
func permissions(t *testing.T) permissiondoc.Model {
	t.Helper()
	model, err := os.ReadFile("../../deploy/keto/namespaces.keto.ts")
	if err != nil {
		t.Fatal(err)
	}
	return permissiondoc.ParseModel(model)
}

// linkedAll fails when a service's proto is there whose RPCs this test does not see.
func linkedAll(t *testing.T) {
	t.Helper()
	linked := map[string]bool{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		linked[path.Base(f.Path())] = true
		return true
	})
	protos, err := filepath.Glob("../../proto/pcc/*/v1/*_service.proto")
	if err != nil || len(protos) == 0 {
		t.Fatalf("%d protos of services, %v", len(protos), err)
	}
	for _, p := range protos {
		if !linked[filepath.Base(p)] {
			t.Errorf("import the generated package of %s in internal/authz/everyrpc", p)
		}
	}
}
