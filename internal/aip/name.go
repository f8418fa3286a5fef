package aip

import (
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// ID returns the id of a resource name "<collection>/<id>", or INVALID_FIELD for field.
func ID(name, collection, field string) (string, error) {
	id, ok := strings.CutPrefix(name, collection+"/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return "", apperr.InvalidField(field, "not a name of the form %s/{id}", collection)
	}
	return id, nil
}
