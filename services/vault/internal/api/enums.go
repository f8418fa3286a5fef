package api

import (
	"strings"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// enum turns a protobuf enum into the domain's words and back: the words are the values' names without their prefix, in lower case, and
// the empty word is unspecified.
type enum[D ~string, M ~int32] struct {
	prefix string
	names  map[int32]string
	values map[string]int32
}

var (
	kinds      = enum[vault.RequestKind, vaultv1.SubjectRequestKind]{"SUBJECT_REQUEST_KIND_", vaultv1.SubjectRequestKind_name, vaultv1.SubjectRequestKind_value}
	states     = enum[vault.RequestState, vaultv1.SubjectRequestState]{"SUBJECT_REQUEST_STATE_", vaultv1.SubjectRequestState_name, vaultv1.SubjectRequestState_value}
	scopes     = enum[vault.Scope, vaultv1.SubjectScope]{"SUBJECT_SCOPE_", vaultv1.SubjectScope_name, vaultv1.SubjectScope_value}
	extensions = enum[string, vaultv1.ExtensionReason]{"EXTENSION_REASON_", vaultv1.ExtensionReason_name, vaultv1.ExtensionReason_value}
	refusals   = enum[string, vaultv1.RefusalReason]{"REFUSAL_REASON_", vaultv1.RefusalReason_name, vaultv1.RefusalReason_value}
)

func (e enum[D, M]) message(d D) M {
	if d == "" {
		return 0
	}
	return M(e.values[e.prefix+strings.ToUpper(string(d))])
}

func (e enum[D, M]) word(m M) D {
	if m == 0 {
		return ""
	}
	return D(strings.ToLower(strings.TrimPrefix(e.names[int32(m)], e.prefix)))
}
