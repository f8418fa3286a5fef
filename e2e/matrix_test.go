package e2e_test

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/e2e/internal/probe"
	optionsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/options/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// testRoles has a principal of each role call every RPC, over gRPC and REST, and compares who is let in with the permission
// model. Requests are empty: what is tested is the door.
func testRoles(t *testing.T, w *world) {
	admitted := permissionModel(t)
	for role := range registryv1.Role_name {
		if role == 0 {
			continue
		}
		name := strings.ToLower(strings.TrimPrefix(registryv1.Role(role).String(), "ROLE_"))
		t.Run(name, func(t *testing.T) {
			principal := w.withRole(t, "matrix-"+name, registryv1.Role(role))
			for _, m := range allMethods() {
				rule, _ := proto.GetExtension(m.Options(), optionsv1.E_Authorization).(*optionsv1.Authorization)
				want := admitted[rule.GetScope()][rule.GetPermission()][name]
				for how, err := range knock(t, principal, m) {
					if f := caller.FaultOf(err); (f.Reason != "PERMISSION_DENIED") != want {
						t.Errorf("%s over %s: %v, admitted should be %t", m.FullName(), how, err, want)
					}
				}
			}
		})
	}
}

// withRole is a new principal of the garage that has one role.
func (w *world) withRole(t *testing.T, name string, role registryv1.Role) *caller.Caller {
	t.Helper()
	grant := &registryv1.GrantRoleRequest{Principal: "garage/" + name, Role: role}
	if err := w.garage.REST.Call(t.Context(), "POST", "/v1/roleGrants", grant, nil); err != nil {
		t.Fatal(err)
	}
	c := caller.New(t, w.platform, certificate(w.authority(t, "garage").Issue(t, name)))
	await.Until(t, settleTime, func(ctx context.Context) string {
		if _, err := c.Members.ListMembers(ctx, &registryv1.ListMembersRequest{PageSize: 1}); err != nil {
			return err.Error()
		}
		return ""
	})
	return c
}

// knock makes an empty call over gRPC, at each service that answers the method, and over REST.
func knock(t *testing.T, c *caller.Caller, m protoreflect.MethodDescriptor) map[string]error {
	t.Helper()
	answers := map[string]error{}
	for _, service := range servicesOf(m) {
		conn, err := c.Conn(service)
		if err != nil {
			t.Fatal(err)
		}
		answers["gRPC of "+service] = call(t.Context(), conn, "/"+string(m.Parent().FullName())+"/"+string(m.Name()), m)
	}
	if verb, path, body, ok := probe.Route(m, dynamicpb.NewMessage(m.Input())); ok {
		_, answers["REST"] = c.REST.Send(t.Context(), verb, path, body)
	}
	return answers
}

var (
	modelClass  = regexp.MustCompile(`(?m)^class (\w+) implements Namespace`)
	modelPermit = regexp.MustCompile(`(?ms)^ {4}(\w+): \(ctx: Context\): boolean =>(.*?),$`)
	modelRole   = regexp.MustCompile(`this\.related\.(\w+)\.includes`)
)

// permissionModel reads who has which permission by which role of its member: by scope, permission and role.
func permissionModel(t *testing.T) map[optionsv1.Scope]map[string]map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../deploy/keto/namespaces.keto.ts")
	if err != nil {
		t.Fatal(err)
	}
	scopes := map[string]optionsv1.Scope{"Member": optionsv1.Scope_SCOPE_MEMBER, "Consortium": optionsv1.Scope_SCOPE_CONSORTIUM}
	model := map[optionsv1.Scope]map[string]map[string]bool{}
	classes := modelClass.FindAllSubmatchIndex(text, -1)
	for i, at := range classes {
		end := len(text)
		if i+1 < len(classes) {
			end = classes[i+1][0]
		}
		scope, ok := scopes[string(text[at[2]:at[3]])]
		if !ok {
			continue
		}
		model[scope] = map[string]map[string]bool{}
		for _, permit := range modelPermit.FindAllSubmatch(text[at[0]:end], -1) {
			model[scope][string(permit[1])] = rolesIn(scope, string(permit[2]))
		}
	}
	if len(model[optionsv1.Scope_SCOPE_MEMBER]) < 10 || len(model[optionsv1.Scope_SCOPE_CONSORTIUM]) < 5 {
		t.Fatalf("the permission model reads as %v", model)
	}
	return model
}

// rolesIn are the member's roles that a permission names. All of them but the devices' are participants of the consortium, whose
// own roles no member grants.
func rolesIn(scope optionsv1.Scope, permit string) map[string]bool {
	roles := map[string]bool{}
	for _, related := range modelRole.FindAllStringSubmatch(permit, -1) {
		for role, name := range registryv1.Role_name {
			name = strings.ToLower(strings.TrimPrefix(name, "ROLE_"))
			if role != 0 && (scope == optionsv1.Scope_SCOPE_CONSORTIUM && related[1] == "participants" ||
				scope == optionsv1.Scope_SCOPE_MEMBER && related[1] == name+"s") {
				roles[name] = true
			}
		}
	}
	return roles
}

// testRevokedRole wants a role that is taken away to end at every door within seconds, although answers are remembered.
func testRevokedRole(t *testing.T, w *world) {
	c := w.withRole(t, "matrix-leaver", registryv1.Role_ROLE_READER)
	revoke := &registryv1.RevokeRoleRequest{Principal: "garage/matrix-leaver", Role: registryv1.Role_ROLE_READER}
	if err := w.garage.REST.Call(t.Context(), "POST", "/v1/roleGrants:revoke", revoke, nil); err != nil {
		t.Fatal(err)
	}
	await.Until(t, settleTime, func(ctx context.Context) string {
		_, direct := c.Members.ListMembers(ctx, &registryv1.ListMembersRequest{PageSize: 1})
		_, err := c.REST.Send(ctx, "GET", "/v1/members", nil)
		if caller.FaultOf(direct).Code != codes.PermissionDenied || caller.FaultOf(err).Status != http.StatusForbidden {
			return "the leaver still reads"
		}
		return ""
	})
}
