// Package api answers the ledger's RPCs: it converts, calls the domain and converts back.
package api

import (
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Server implements settlementv1.SettlementServiceServer.
type Server struct {
	settlementv1.UnimplementedSettlementServiceServer
	ledger *settlement.Service
}

// NewServer returns the handlers over ledger.
func NewServer(ledger *settlement.Service) *Server { return &Server{ledger: ledger} }
