package nats

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

const (
	host = "127.0.0.1"
	// maxAccounts bounds the tokens kept: the platform's and the members'.
	maxAccounts = 4096
	// packInterval is how often servers of a cluster would compare their tokens; here there is one server.
	packInterval = time.Minute
	readyTimeout = 20 * time.Second
	// tlsTimeout bounds the handshake of a car on a slow network.
	tlsTimeout = 10 * time.Second
)

// Run serves until ctx ends, then shuts down in order: streams are synced and closed before it returns. When a stream could
// not be written, as on a full disk, the server starts anew.
func Run(ctx context.Context, cfg Config, log *slog.Logger) error {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return err
	}
	for {
		err := serve(ctx, cfg, log)
		if !errors.Is(err, errUnwritable) || ctx.Err() != nil {
			return err
		}
		log.ErrorContext(ctx, "nats server starts anew", slog.String("error", err.Error()))
	}
}

// serve is Run without beginning anew: then it returns errUnwritable.
func serve(ctx context.Context, cfg Config, log *slog.Logger) error {
	opts, err := options(cfg)
	if err != nil {
		return err
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("nats server: %w", err)
	}
	fatal := make(chan string, 1)
	s.SetLoggerV2(newLogger(log, fatal), false, false, false)
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	ready := make(chan bool, 1)
	go func() { ready <- s.ReadyForConnections(readyTimeout) }()
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	for {
		select {
		case <-check.C:
			if err := writable(s); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		case text := <-fatal:
			return fmt.Errorf("nats server: %s", text)
		case ok := <-ready:
			if !ok {
				return errors.New("nats server: not ready in time")
			}
			log.InfoContext(ctx, "nats server ready", slog.Int("port", cfg.Port))
			ready = nil
		}
	}
}

// options translates cfg, and loads the account tokens into the resolver's folder.
func options(cfg Config) (*server.Options, error) {
	operator, err := jwt.DecodeOperatorClaims(cfg.OperatorJWT)
	if err != nil {
		return nil, fmt.Errorf("nats operator: %w", err)
	}
	resolver, err := server.NewDirAccResolver(filepath.Join(cfg.Dir, "accounts"), maxAccounts, packInterval, server.NoDelete)
	if err != nil {
		return nil, fmt.Errorf("nats accounts: %w", err)
	}
	for _, token := range cfg.AccountJWTs {
		account, err := jwt.DecodeAccountClaims(token)
		if err != nil {
			return nil, fmt.Errorf("nats account: %w", err)
		}
		if err := resolver.Store(account.Subject, token); err != nil {
			return nil, fmt.Errorf("nats account %s: %w", account.Subject, err)
		}
	}
	mqtt, err := mqttOptions(cfg.MQTT)
	if err != nil {
		return nil, err
	}
	return &server.Options{
		ServerName: "pcc-dev",
		Host:       host, Port: cfg.Port,
		HTTPHost: host, HTTPPort: cfg.MonitorPort,
		MaxPayload: cfg.MaxPayload, MaxConn: cfg.MaxConnections,
		NoSigs: true, // signals are the process's business

		TrustedOperators: []*jwt.OperatorClaims{operator},
		SystemAccount:    cfg.SystemAccount,
		AccountResolver:  resolver,

		JetStream: true, StoreDir: cfg.Dir,
		JetStreamMaxStore: cfg.MaxStore, JetStreamMaxMemory: cfg.MaxMemory,
		SyncAlways: true,
		MQTT:       mqtt,
	}, nil
}

func mqttOptions(cfg *MQTT) (opts server.MQTTOpts, err error) {
	if cfg == nil {
		return opts, nil
	}
	certificate, err := tls.LoadX509KeyPair(cfg.CertificateFile, cfg.KeyFile)
	if err != nil {
		return opts, fmt.Errorf("nats mqtt: %w", err)
	}
	opts.Host, opts.Port, opts.TLSTimeout = host, cfg.Port, tlsTimeout.Seconds()
	opts.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	return opts, nil
}
