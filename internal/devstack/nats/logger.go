package nats

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
)

// logger passes the server's lines on: its text is data of ours, not a message of ours. The text can repeat what a device
// calls itself and the topics that it asks for, before anybody knows who it is: what looks like a VIN in it is left out.
type logger struct {
	log   *slog.Logger
	fatal chan<- string
	vin   *regexp.Regexp
}

func newLogger(log *slog.Logger, fatal chan<- string) logger {
	return logger{log: log, fatal: fatal, vin: regexp.MustCompile(`(?i)\b[A-HJ-NPR-Z0-9]{17}\b`)}
}

func (l logger) line(level slog.Level, format string, args []any) {
	text := l.vin.ReplaceAllString(fmt.Sprintf(format, args...), "[redacted]")
	l.log.Log(context.Background(), level, "nats server", slog.String("text", text))
}

func (l logger) Noticef(format string, args ...any) { l.line(slog.LevelInfo, format, args) }
func (l logger) Warnf(format string, args ...any)   { l.line(slog.LevelWarn, format, args) }
func (l logger) Errorf(format string, args ...any)  { l.line(slog.LevelError, format, args) }
func (l logger) Debugf(format string, args ...any)  { l.line(slog.LevelDebug, format, args) }
func (l logger) Tracef(format string, args ...any)  { l.line(slog.LevelDebug, format, args) }

// Fatalf ends Run with the first such text: the server logs it and would otherwise linger without a listener.
func (l logger) Fatalf(format string, args ...any) {
	l.line(slog.LevelError, format, args)
	select {
	case l.fatal <- fmt.Sprintf(format, args...):
	default:
	}
}
