package vault_test

import (
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/vault"
)

func TestNewIdentity(t *testing.T) {
	for _, c := range []struct {
		name   string
		person vault.Person
		field  string // at fault; empty when accepted
	}{
		{"name only", vault.Person{FullName: "Ada Sample"}, ""},
		{"everything", vault.Person{FullName: "Ada Sample", Email: "ada@example.org", PostalAddress: "1 rue X"}, ""},
		{"blank name", vault.Person{FullName: " \t"}, "identity.full_name"},
		{"no address", vault.Person{FullName: "Ada", Email: "ada-secret"}, "identity.email"},
		{"name with address", vault.Person{FullName: "Ada", Email: "Ada <ada-secret@example.org>"}, "identity.email"},
	} {
		_, err := vault.NewIdentity(c.person)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if e := apperr.As(err); e == nil || e.Reason != "INVALID_FIELD" || e.Field != c.field {
			t.Errorf("%s: error %v, want INVALID_FIELD of %s", c.name, err, c.field)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error quotes the address", c.name)
		}
	}
}
