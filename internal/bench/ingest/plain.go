package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/postgres"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	plainStream   = "BENCH"
	plainSubject  = "bench.batch"
	plainTable    = "plain_event"
	plainConns    = 16
	fetchMessages = 50
	fetchWait     = time.Second
)

// plainTableSQL makes a table with the columns, constraints and indexes of the platform's own, and the events' bytes, which the
// platform has in its journal.
const plainTableSQL = `CREATE TABLE IF NOT EXISTS plain_event (LIKE event INCLUDING ALL, cloud_event bytea NOT NULL)`

var plainColumns = []string{
	"id", "member", "source", "event_id", "type", "passport", "occurred_at", "received_at", "odometer_metres",
	"quality", "quality_policy", "content_hash", "stream", "seq", "cloud_event",
}

// PlainConfig says where the reference pipelines run.
type PlainConfig struct {
	Listen          string
	DatabaseURL     string
	NATSURL         string
	CredentialsFile string
}

// ServePlain runs the reference pipelines until ctx ends: StreamEvents is the ceiling, IngestEvents the obvious one.
func ServePlain(ctx context.Context, cfg PlainConfig) error {
	pool, err := postgres.Open(ctx, cfg.DatabaseURL, "ingest")
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, plainTableSQL); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	conn, err := messaging.Connect(cfg.NATSURL, "bench", cfg.CredentialsFile)
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if _, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: plainStream, Subjects: []string{plainSubject}, Storage: jetstream.FileStorage, Retention: jetstream.WorkQueuePolicy,
	}); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	p := &plain{pool: pool, js: js}
	server := grpc.NewServer()
	ingestv1.RegisterIngestServiceServer(server, p)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	stop := context.AfterFunc(ctx, server.Stop)
	defer stop()
	written := make(chan error, 1)
	go func() { written <- p.write(ctx) }()
	return errors.Join(server.Serve(listener), <-written)
}

type plain struct {
	ingestv1.UnimplementedIngestServiceServer
	pool *pgxpool.Pool
	js   jetstream.JetStream
}

// StreamEvents publishes each batch as one message and confirms it when the broker has it on disk.
func (p *plain) StreamEvents(stream grpc.BidiStreamingServer[ingestv1.StreamEventsRequest, ingestv1.StreamEventsResponse]) error {
	for {
		req, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := proto.Marshal(req.GetSigned())
		if err != nil {
			return err
		}
		if _, err := p.js.Publish(stream.Context(), plainSubject, data); err != nil {
			return err
		}
		if err := stream.Send(&ingestv1.StreamEventsResponse{
			BatchNumber:     req.GetBatchNumber(),
			Acknowledgement: &ingestv1.BatchAcknowledgement{Accepted: int32(len(req.GetSigned().GetCloudEvents()))}, //nolint:gosec // a batch
		}); err != nil {
			return err
		}
	}
}

// IngestEvents inserts each event in a transaction of its own.
func (p *plain) IngestEvents(ctx context.Context, req *ingestv1.IngestEventsRequest) (*ingestv1.IngestEventsResponse, error) {
	for _, e := range req.GetEvents() {
		raw, err := proto.Marshal(e)
		if err != nil {
			return nil, err
		}
		row, err := plainRow(e, raw)
		if err != nil {
			return nil, err
		}
		if _, err := p.pool.Exec(ctx, `INSERT INTO plain_event (id, member, source, event_id, type, passport, occurred_at, received_at,
			odometer_metres, quality, quality_policy, content_hash, stream, seq, cloud_event)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`, row...); err != nil {
			return nil, err
		}
	}
	return &ingestv1.IngestEventsResponse{Acknowledgement: &ingestv1.BatchAcknowledgement{
		Accepted: int32(len(req.GetEvents())), //nolint:gosec // a batch
	}}, nil
}

// write copies what is queued: as many messages as there are, one COPY.
func (p *plain) write(ctx context.Context) error {
	consumer, err := p.js.CreateOrUpdateConsumer(ctx, plainStream, jetstream.ConsumerConfig{
		Durable: "writer", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 4 * fetchMessages,
	})
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	for ctx.Err() == nil {
		batch, err := consumer.FetchNoWait(fetchMessages)
		if err != nil {
			return fmt.Errorf("bench: fetch: %w", err)
		}
		n, err := p.copyMessages(ctx, batch)
		if err == nil && n == 0 {
			batch, err = consumer.Fetch(1, jetstream.FetchMaxWait(fetchWait))
			if err == nil {
				_, err = p.copyMessages(ctx, batch)
			}
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (p *plain) copyMessages(ctx context.Context, batch jetstream.MessageBatch) (n int, err error) {
	var rows [][]any
	var messages []jetstream.Msg
	for m := range batch.Messages() {
		signed := &ingestv1.SignedBatch{}
		if err := proto.Unmarshal(m.Data(), signed); err != nil {
			return 0, err
		}
		for _, raw := range signed.GetCloudEvents() {
			e := &pb.CloudEvent{}
			if err := proto.Unmarshal(raw, e); err != nil {
				return 0, err
			}
			row, err := plainRow(e, raw)
			if err != nil {
				return 0, err
			}
			rows = append(rows, row)
		}
		messages = append(messages, m)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	if _, err := p.pool.CopyFrom(ctx, pgx.Identifier{plainTable}, plainColumns, pgx.CopyFromRows(rows)); err != nil {
		return 0, fmt.Errorf("bench: copy: %w", err)
	}
	for _, m := range messages {
		if err := m.Ack(); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// plainRow is what the platform's row of the event would be, without any of its work.
func plainRow(e *pb.CloudEvent, raw []byte) ([]any, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	passport, err := uuid.Parse(e.GetAttributes()["subject"].GetCeString()[len("passports/"):])
	if err != nil {
		return nil, err
	}
	hash, metres := sha256.Sum256(raw), int64(1000)
	return []any{
		id, benchMember, e.GetSource(), e.GetId(), e.GetType(), passport, e.GetAttributes()["time"].GetCeTimestamp().AsTime(), time.Now(),
		&metres, int16(75), "none", hash[:], "ingest/" + benchMember, int64(0), raw,
	}, nil
}
