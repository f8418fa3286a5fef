// Package permissiondoc writes docs/permissions.md: who may make which call. It reads what decides, the RPCs' options and the
// permission model, so that the page cannot say anything else.
package permissiondoc
