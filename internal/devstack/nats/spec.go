package nats

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// greetingTimeout bounds the wait for the server's first line.
const greetingTimeout = 2 * time.Second

// Spec describes the server process: exe with args, a command that calls Run with the config. It is ready when it
// greets clients, which it does after its streams are open.
func Spec(exe string, args []string, cfg Config) proc.Spec {
	return proc.Spec{
		Name: "nats", Path: exe, Args: args,
		Ready:   func(ctx context.Context) error { return greeted(ctx, cfg.Port) },
		Restart: true,
	}
}

// URL is where clients connect.
func URL(cfg Config) string { return "nats://" + address(cfg.Port) }

// MQTTURL is where MQTT clients connect, as their libraries read it.
func MQTTURL(cfg MQTT) string { return "mqtts://" + address(cfg.Port) }

func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// greeted checks that a NATS server answers on the port: it speaks first, so no credentials are needed.
func greeted(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, greetingTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address(port))
	if err != nil {
		return fmt.Errorf("reach nats: %w", err)
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return fmt.Errorf("reach nats: %w", err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("reach nats: %w", err)
	}
	if !strings.HasPrefix(line, "INFO ") {
		return fmt.Errorf("no NATS server on port %d", port)
	}
	return nil
}
