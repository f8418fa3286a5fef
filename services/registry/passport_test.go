package registry

import (
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

func TestFirstDate(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		date string
		ok   bool
	}{
		{"", true}, {"1886", true}, {"2026", true}, {"2026-11", true}, {"2026-11-20", true},
		{"2026-11-21", true}, // it is tomorrow already somewhere
		{"2026-11-22", false}, {"2027", false}, {"1885", false}, {"2020-13", false}, {"2021-02-29", false}, {"20", false},
	}
	for _, tt := range tests {
		err := Specification{FirstDate: tt.date}.check("passport.specification", now)
		if (err == nil) != tt.ok {
			t.Errorf("%q: %v", tt.date, err)
		}
		if e := apperr.As(err); e != nil && (e.Reason != "INVALID_FIELD" || e.Field != "passport.specification.first_date") {
			t.Errorf("%q: %s at %s", tt.date, e.Reason, e.Field)
		}
	}
}
