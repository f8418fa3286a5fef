package nats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Limits of the server as a whole; an account's own are in its token.
const (
	defaultMaxPayload     = 1 << 20
	defaultMaxConnections = 4096
	defaultMaxStore       = 8 << 30
	defaultMaxMemory      = 256 << 20
)

// Config is what the server process reads from its file. It holds no secret: tokens of accounts are public.
type Config struct {
	// Dir is the folder for streams and account tokens. It is created.
	Dir string `json:"dir"`
	// Port serves clients on loopback.
	Port int `json:"port"`
	// MonitorPort serves monitoring over HTTP on loopback; 0 turns it off.
	MonitorPort int `json:"monitor_port,omitempty"`
	// OperatorJWT is the token of the operator whose accounts are trusted.
	OperatorJWT string `json:"operator_jwt"`
	// SystemAccount is the public key of the account for server administration.
	SystemAccount string `json:"system_account"`
	// AccountJWTs are tokens known from the start: the system account's must be among them. Others are pushed later
	// and kept in Dir; of two tokens of an account the more recent one counts.
	AccountJWTs []string `json:"account_jwts"`
	// MQTT serves cars and dongles; nil turns it off.
	MQTT *MQTT `json:"mqtt,omitempty"`

	// MaxPayload bounds a message, in bytes; 0 means 1 MiB.
	MaxPayload int32 `json:"max_payload,omitempty"`
	// MaxConnections bounds the clients; 0 means 4,096.
	MaxConnections int `json:"max_connections,omitempty"`
	// MaxStore and MaxMemory bound the streams of all accounts, in bytes; 0 means 8 GiB and 256 MiB.
	MaxStore  int64 `json:"max_store,omitempty"`
	MaxMemory int64 `json:"max_memory,omitempty"`
}

// MQTT configures MQTT 3.1.1 over TLS, on loopback. Clients prove who they are by a user's bearer token as their password.
type MQTT struct {
	Port int `json:"port"`
	// CertificateFile and KeyFile are the server's, PEM.
	CertificateFile string `json:"certificate_file"`
	KeyFile         string `json:"key_file"`
}

// withDefaults validates cfg and fills in its limits.
func (cfg Config) withDefaults() (Config, error) {
	var errs []error
	for what, missing := range map[string]bool{
		"dir": cfg.Dir == "", "port": cfg.Port <= 0, "operator_jwt": cfg.OperatorJWT == "",
		"system_account": cfg.SystemAccount == "", "account_jwts": len(cfg.AccountJWTs) == 0,
		"mqtt.port": cfg.MQTT != nil && cfg.MQTT.Port <= 0,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("%s is missing", what))
		}
	}
	if len(errs) > 0 {
		return cfg, fmt.Errorf("nats config: %w", errors.Join(errs...))
	}
	setDefault(&cfg.MaxPayload, defaultMaxPayload)
	setDefault(&cfg.MaxConnections, defaultMaxConnections)
	setDefault(&cfg.MaxStore, defaultMaxStore)
	setDefault(&cfg.MaxMemory, defaultMaxMemory)
	return cfg, nil
}

func setDefault[T int | int32 | int64](value *T, fallback T) {
	if *value == 0 {
		*value = fallback
	}
}

// ReadConfig reads a file that WriteConfig wrote; an unknown key is an error.
func ReadConfig(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("nats config: %w", err)
	}
	var cfg Config
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cfg); err != nil {
		return Config{}, fmt.Errorf("nats config %s: %w", path, err)
	}
	return cfg, nil
}

// WriteConfig writes the file that the server process is told to read.
func WriteConfig(path string, cfg Config) error {
	text, err := json.MarshalIndent(cfg, "", "  ")
	if err != nil {
		return fmt.Errorf("nats config: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o711); err != nil {
		return fmt.Errorf("nats config: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("nats config: %w", err)
	}
	return nil
}
