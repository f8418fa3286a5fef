// Package api answers pcc.anchor.v1.AnchorService over gRPC.
package api

import (
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/export"
)

// Server implements the service; each RPC has a file of its own.
type Server struct {
	anchorv1.UnimplementedAnchorServiceServer
	service  anchor.Service
	exporter export.Exporter
}

// New returns the handlers of the use cases.
func New(service anchor.Service, exporter export.Exporter) *Server {
	return &Server{service: service, exporter: exporter}
}
