package daemon

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/logclient"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// recordsInFlight bounds the records that are read at the same time.
const recordsInFlight = 8

// source reads the platform over gRPC with a member's credentials. It implements replay.Source.
type source struct {
	epochs anchorv1.AnchorServiceClient
	// logs are by the service that keeps them.
	logs  logclient.Logs
	conns []*grpc.ClientConn
}

// newSource connects to the services that a profile names. Each is dialled by its first call.
func newSource(profile client.Profile) (_ *source, err error) {
	s := &source{logs: logclient.Logs{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	for name := range profile.Services {
		conn, err := profile.Dial(name)
		if err != nil {
			return nil, err
		}
		s.conns = append(s.conns, conn)
		s.logs[name] = journalv1.NewLogServiceClient(conn)
		if name == "anchor" {
			s.epochs = anchorv1.NewAnchorServiceClient(conn)
		}
	}
	if s.epochs == nil {
		return nil, errors.New("witness: the profile names no address for the service anchor")
	}
	return s, nil
}

// Close ends the connections.
func (s *source) Close() error {
	var errs []error
	for _, conn := range s.conns {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

// Newest implements replay.Source.
func (s *source) Newest(ctx context.Context) (uint64, error) {
	page, err := s.epochs.ListEpochs(ctx, &anchorv1.ListEpochsRequest{PageSize: 1})
	if err != nil {
		return 0, err
	}
	if len(page.GetEpochs()) == 0 {
		return 0, nil
	}
	var number uint64
	if _, err := fmt.Sscanf(page.GetEpochs()[0].GetName(), "epochs/%d", &number); err != nil {
		return 0, fmt.Errorf("witness: the name of the newest epoch: %w", err)
	}
	return number, nil
}

// Records implements replay.Source.
func (s *source) Records(ctx context.Context, first, end uint64) ([]string, error) {
	texts := make([]string, end-first)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(recordsInFlight)
	for i := range texts {
		group.Go(func() (err error) {
			texts[i], err = s.record(ctx, first+uint64(i))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, text := range texts {
		if text == "" {
			return texts[:i], nil
		}
	}
	return texts, nil
}

// record returns the text of a record; nothing if there is none.
func (s *source) record(ctx context.Context, number uint64) (string, error) {
	resp, err := s.epochs.GetEpoch(ctx, &anchorv1.GetEpochRequest{Name: fmt.Sprintf("epochs/%d", number)})
	if notFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return resp.GetEpoch().GetRecord(), nil
}

func notFound(err error) bool {
	e := apperr.As(err)
	return e != nil && e.Kind == apperr.NotFound
}

// Entries implements replay.Source.
func (s *source) Entries(ctx context.Context, part epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return s.logs.Entries(ctx, part)
}
