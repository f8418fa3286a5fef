package archtest_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// importRules say who may know whom.
func importRules() []rule {
	return []rule{
		{
			"a domain knows no technology",
			imports(domain, denied("google.golang.org/protobuf", "google.golang.org/grpc", "github.com/jackc/pgx/v5",
				"github.com/nats-io", "database/sql", "net/http", module+"/proto", module+"/gateway")),
			importing("services/a/noun.go", "github.com/jackc/pgx/v5"),
		},
		{
			"a domain knows nothing of what is around it",
			imports(domain, func(_ *goFile, imported string) bool {
				inside := strings.TrimPrefix(imported, module+"/")
				return serviceOf(inside+"/") == "" || isDomain(inside)
			}),
			importing("services/a/noun.go", module+"/services/a/internal/postgres"),
		},
		{
			"no service knows another",
			imports(inService, func(f *goFile, imported string) bool {
				other := serviceOf(strings.TrimPrefix(imported, module+"/") + "/")
				return other == "" || other == serviceOf(f.path)
			}),
			importing("services/a/internal/api/x.go", module+"/services/b"),
		},
		{
			"a service knows nothing of the programs around it",
			imports(inService, denied(module+"/gateway", module+"/internal/cli", module+"/internal/client", module+"/internal/devstack",
				module+"/internal/history", module+"/internal/importer", module+"/internal/platform", module+"/internal/testkit")),
			importing("services/a/server/x.go", module+"/internal/devstack"),
		},
		{
			"the kit knows no service",
			imports(kit, denied(module+"/services", module+"/gateway")),
			importing("internal/kit/x.go", module+"/services/a"),
		},
		{
			"the gateway knows no service's code",
			imports(below("gateway"), denied(module+"/services")),
			importing("gateway/x.go", module+"/services/a"),
		},
		{
			"chaincode knows nothing of the repository",
			imports(below("chaincode"), func(_ *goFile, imported string) bool {
				return !within(imported, module) || within(imported, module+"/chaincode")
			}),
			importing("chaincode/x/x_test.go", module+"/internal/apperr"),
		},
		{
			"the chaincode's model knows the standard library only",
			imports(code(below("chaincode/model")), func(_ *goFile, imported string) bool {
				return standard(imported) || within(imported, module+"/chaincode/model")
			}),
			importing("chaincode/model/x.go", "google.golang.org/protobuf/proto"),
		},
		{
			"proofs of the map of completeness know the standard library only",
			imports(code(below("internal/headmap/proof")), func(_ *goFile, imported string) bool { return standard(imported) }),
			importing("internal/headmap/proof/x.go", "golang.org/x/mod/sumdb/tlog"),
		},
		{
			"commitments to balances know the standard library only",
			imports(code(below("internal/sumtree")), func(_ *goFile, imported string) bool { return standard(imported) }),
			importing("internal/sumtree/x.go", "google.golang.org/protobuf/proto"),
		},
		{
			"which list an event is in is known without a library",
			imports(code(below("internal/eventlist")), func(_ *goFile, imported string) bool {
				return standard(imported) || imported == module+"/internal/headmap/proof"
			}),
			importing("internal/eventlist/x.go", "google.golang.org/protobuf/proto"),
		},
		{
			"of the chaincode others know only what needs no Fabric",
			imports(not(below("chaincode")), func(_ *goFile, imported string) bool {
				return !within(imported, module+"/chaincode") ||
					slices.Contains([]string{
						module + "/chaincode/model", module + "/chaincode/model/access", module + "/chaincode/endorsement", module + "/chaincode/possession",
					}, imported)
			}),
			importing("services/a/x.go", module+"/chaincode/anchor"),
		},
		{
			"a member that imports proto gets gRPC and protobuf only",
			imports(code(below("proto")), func(_ *goFile, imported string) bool {
				return standard(imported) || withinAny(imported, "google.golang.org/grpc", "google.golang.org/protobuf",
					"google.golang.org/genproto/googleapis", "buf.build/gen/go/bufbuild/protovalidate",
					"github.com/cloudevents/sdk-go/binding/format/protobuf/v2", module+"/proto")
			}),
			importing("proto/x.go", "github.com/google/uuid"),
		},
		{
			"the offline verifier needs no server",
			imports(code(below("verify")), denied("google.golang.org/grpc", "github.com/jackc/pgx/v5", "github.com/nats-io",
				"net/http", module+"/services", module+"/internal/app", module+"/internal/journal/postgres")),
			importing("verify/x.go", "net/http"),
		},
		{
			"end-to-end tests see what a member sees",
			imports(below("e2e"), denied(module+"/internal", module+"/services", module+"/gateway")),
			importing("e2e/x_test.go", module+"/internal/client"),
		},
	}
}

// imports makes a check: each import of the files that match must be allowed.
func imports(match func(*goFile) bool, allowed func(f *goFile, imported string) bool) func(*tree) []string {
	return func(tr *tree) (violations []string) {
		for _, f := range tr.gos {
			if !match(f) {
				continue
			}
			for _, imported := range f.imports {
				if !allowed(f, imported) {
					violations = append(violations, fmt.Sprintf("%s imports %s", f.path, imported))
				}
			}
		}
		return violations
	}
}

func denied(roots ...string) func(*goFile, string) bool {
	return func(_ *goFile, imported string) bool { return !withinAny(imported, roots...) }
}

// domain matches the rules of a service's business.
func domain(f *goFile) bool { return isDomain(f.dir) && !f.test }

// isDomain reports whether a folder is a service's own, or below it and neither internal nor its server.
func isDomain(dir string) bool {
	own := path.Join("services", serviceOf(dir+"/"))
	return own != "services" && !withinAny(dir, own+"/internal", own+"/server")
}

func inService(f *goFile) bool { return serviceOf(f.path) != "" && !f.test }

// kit matches internal/ without the packages that put services together.
func kit(f *goFile) bool {
	composition := []string{"internal/cli", "internal/devstack", "internal/evaluation", "internal/platform", "internal/replay"}
	return within(f.dir, "internal") && !slices.Contains(composition, f.dir)
}

func below(root string) func(*goFile) bool {
	return func(f *goFile) bool { return within(f.dir, root) }
}

func not(match func(*goFile) bool) func(*goFile) bool {
	return func(f *goFile) bool { return !match(f) }
}

// code leaves tests out.
func code(match func(*goFile) bool) func(*goFile) bool {
	return func(f *goFile) bool { return !f.test && match(f) }
}
