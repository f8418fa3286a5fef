// Package authz decides whether an authenticated principal may make a call.
//
// The rule of every RPC stands in its proto, as the option pcc.options.v1.authorization, and is a permission of
// deploy/keto/namespaces.keto.ts; an RPC without a rule is refused to everybody. Ory Keto holds who has which
// permission. Positive answers are remembered for seconds, negative ones never.
package authz

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	optionsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/options/v1"
)

// Rule is what Keto is asked about one RPC.
type Rule struct {
	Scope      optionsv1.Scope
	Permission string
	// Service is the service that offers the RPC, for example "ingest".
	Service string
}

// Rules maps full method names ("/pcc.ingest.v1.IngestService/IngestEvents") to their rules.
type Rules map[string]Rule

// LoadRules reads the rules of all RPCs below the proto package "pcc" that are linked into the program. A method without
// a complete rule is an error, so that it is found before anything is served.
func LoadRules() (Rules, error) {
	rules := Rules{}
	var err error
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		services := f.Services()
		for i := range services.Len() {
			if err = rules.add(services.Get(i)); err != nil {
				return false
			}
		}
		return true
	})
	return rules, err
}

func (r Rules) add(service protoreflect.ServiceDescriptor) error {
	// pcc.<service>.v1.<Name>Service; anything else, such as health, is not ours.
	pkg := service.ParentFile().Package()
	if pkg.Parent().Parent() != "pcc" {
		return nil
	}
	methods := service.Methods()
	for i := range methods.Len() {
		m := methods.Get(i)
		a, _ := proto.GetExtension(m.Options(), optionsv1.E_Authorization).(*optionsv1.Authorization)
		if a.GetScope() == optionsv1.Scope_SCOPE_UNSPECIFIED || a.GetPermission() == "" {
			return fmt.Errorf("authz: %s has no authorization option", m.FullName())
		}
		name := fmt.Sprintf("/%s/%s", service.FullName(), m.Name())
		r[name] = Rule{Scope: a.GetScope(), Permission: a.GetPermission(), Service: string(pkg.Parent().Name())}
	}
	return nil
}
