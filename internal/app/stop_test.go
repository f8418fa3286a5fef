package app_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/testkit"
)

// slowCall makes a call that the server holds, and returns its result's channel once the server has it.
func slowCall(t *testing.T, i *installation, h *handlers) <-chan error {
	t.Helper()
	conn := i.dial(t, newProcess(t, app.ProcessConfig{}), "gateway")
	result := make(chan error, 1)
	go func() {
		_, err := get(t.Context(), conn, "members/slow")
		result <- err
	}()
	<-h.entered
	return result
}

func TestCallsUnderWayFinish(t *testing.T) {
	i, h := newInstallation(t), newHandlers()
	p := newProcess(t, app.ProcessConfig{}, "registry")
	stop := start(t, p, serving(i.registry(t, p, h)))
	result := slowCall(t, i, h)
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	// New calls are refused while the old one is still held.
	for refused := false; !refused; {
		_, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", i.services["registry"])
		refused = err != nil
	}
	close(h.release)
	if err := <-result; err != nil {
		t.Errorf("the call under way: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestAHangingCallIsCut(t *testing.T) {
	i, h := newInstallation(t), newHandlers()
	p := newProcess(t, app.ProcessConfig{}, "registry")
	stop := start(t, p, serving(i.registry(t, p, h)))
	slowCall(t, i, h)
	began := time.Now()
	must(t, stop())
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if err := <-h.cut; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
}

func TestStopBeforeTheStart(t *testing.T) {
	i := newInstallation(t)
	p := newProcess(t, app.ProcessConfig{}, "registry")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Run(ctx, serving(i.registry(t, p, newHandlers()))); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestATakenAddressEndsTheService(t *testing.T) {
	i := newInstallation(t)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", i.services["registry"])
	must(t, err)
	defer l.Close()
	p := newProcess(t, app.ProcessConfig{}, "registry")
	err = p.Run(t.Context(), serving(i.registry(t, p, newHandlers())))
	if err == nil || !strings.Contains(err.Error(), "registry") || !strings.Contains(err.Error(), "in use") {
		t.Errorf("ended with %v", err)
	}
}

func TestServeHTTPWaitsForCallsUnderWay(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	entered, release := make(chan struct{}), make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		fmt.Fprint(w, "done")
	})}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- app.ServeHTTP(ctx, server, l) }()
	answered := make(chan error, 1)
	go func() {
		resp, err := fetch(t, "http://"+l.Addr().String())
		if err == nil {
			resp.Body.Close()
		}
		answered <- err
	}()
	<-entered
	cancel()
	for refused := false; !refused; {
		_, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		refused = err != nil
	}
	select {
	case err := <-served:
		close(release)
		t.Fatalf("returned with %v while a call was under way", err)
	default:
	}
	close(release)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestDirectory(t *testing.T) {
	i := newInstallation(t)
	p := newProcess(t, app.ProcessConfig{}, "registry")
	start(t, p, serving(i.registry(t, p, newHandlers())))
	conn := i.dial(t, p, "gateway")
	got, err := app.NewDirectory(conn).Authorities(t.Context())
	if err != nil || len(got) != 3 || got[2].Member != "m2" || got[2].CACertificates != "pem" {
		t.Errorf("Authorities = %v, %v; want the members of three pages", got, err)
	}
	_, err = app.NewDirectory(i.dial(t, p, testkit.ID("stranger"))).Authorities(t.Context())
	if apperr.ReasonOf(err) != "PERMISSION_DENIED" {
		t.Errorf("error = %v", err)
	}
}
