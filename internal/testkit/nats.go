package testkit

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const natsReadyTimeout = 10 * time.Second

// Broker is a NATS server of a test's own, with JetStream on files.
type Broker struct {
	// URL is where clients connect, without credentials.
	URL string
	// Conn and JetStream are a client, closed after the test.
	Conn      *nats.Conn
	JetStream jetstream.JetStream
}

// NATS runs a server for the test. It asks for no credentials: accounts are tested where they are made.
func NATS(t testing.TB) Broker {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT,
		JetStream: true, StoreDir: t.TempDir(), SyncAlways: true,
		NoLog: true, NoSigs: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(natsReadyTimeout) {
		t.Fatal("the NATS server is not ready in time")
	}
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return Broker{URL: s.ClientURL(), Conn: conn, JetStream: js}
}
