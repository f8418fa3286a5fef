package logserver

import (
	"fmt"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/logclient"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// ReadEntries implements the RPC.
func (s *Server) ReadEntries(req *journalv1.ReadEntriesRequest, answers grpc.ServerStreamingServer[journalv1.ReadEntriesResponse]) error {
	next := uint64(req.GetFirst())       // #nosec G115 -- not negative, by the rules of the message
	end := next + uint64(req.GetLimit()) // #nosec G115 -- likewise
	for next < end {
		wanted := int(min(end-next, journal.MaxEntries)) // #nosec G115 -- at most MaxEntries
		entries, err := journal.ReadEntriesFrom(answers.Context(), s.db, req.GetStream(), next, wanted)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := answers.Send(&journalv1.ReadEntriesResponse{Entries: logclient.Encode(entries)}); err != nil {
			return fmt.Errorf("logserver: send entries: %w", err)
		}
		if len(entries) < wanted {
			return nil
		}
		next += uint64(len(entries))
	}
	return nil
}
