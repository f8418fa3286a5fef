package testkit

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"
)

// Variables that tell tests where the shared servers are.
const (
	// EnvPostgres is the connection string of PostgreSQL's superuser.
	EnvPostgres = "PCC_TEST_POSTGRES"
	// EnvKetoRead and EnvKetoWrite are host:port of Keto's two APIs.
	EnvKetoRead  = "PCC_TEST_KETO_READ"
	EnvKetoWrite = "PCC_TEST_KETO_WRITE"
)

// cleanupTimeout bounds what is done after a test.
const cleanupTimeout = 10 * time.Second

func environment(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: this test needs the shared servers; run `make test`, or `make test-shell` and go test within", name)
	}
	return value
}

// ID returns a name that no other test uses: prefix, a dash and 13 lower-case letters and digits.
func ID(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()[:13]) }
