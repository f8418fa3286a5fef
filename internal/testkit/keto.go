package testkit

import "testing"

// KetoServer says where the shared Keto is; it serves the namespaces of deploy/keto.
type KetoServer struct {
	// Read is host:port of checks, Write of the administration of relations, each over gRPC and REST.
	Read, Write string
}

// Keto returns the shared Keto. All tests see all relations: use objects and subjects named by ID.
func Keto(t testing.TB) KetoServer {
	t.Helper()
	return KetoServer{Read: environment(t, EnvKetoRead), Write: environment(t, EnvKetoWrite)}
}
