// Package browser drives a real Chromium without a window, for tests of pages. It speaks the browser's DevTools protocol over a
// pair of pipes, so that no port is opened. The browser is the machine's own; a test without one fails.
package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// callTimeout bounds every call of the browser, and its start.
const callTimeout = time.Minute

// Browser is a running Chromium with a profile of its own, which is gone after the test.
type Browser struct {
	connection *connection
}

// Start starts a browser that ends with the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	program, err := find()
	if err != nil {
		t.Fatal(err)
	}
	// The browser's parts may still write when it has ended: a folder of the test would fail to be removed.
	profile, err := os.MkdirTemp("", "pcc-browser-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--user-data-dir="+profile, "--remote-debugging-pipe")
	connection, err := connect(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		connection.close()
		if err := errors.Join(cmd.Wait(), os.RemoveAll(profile)); err != nil {
			t.Logf("end of the browser: %v", err)
		}
	})
	return &Browser{connection: connection}
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("browser: no Chromium on this machine (Debian: apt-get install chromium)")
}

// Page is a tab.
type Page struct {
	browser *Browser
	session string
}

// Open opens an address in a new tab and waits until it is loaded.
func (b *Browser) Open(t testing.TB, url string) *Page {
	t.Helper()
	var target struct {
		TargetID string `json:"targetId"`
	}
	b.call(t, "", "Target.createTarget", args{"url": "about:blank"}, &target)
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	b.call(t, "", "Target.attachToTarget", args{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &Page{browser: b, session: attached.SessionID}
	p.call(t, "Page.enable", args{}, nil)
	loaded := b.connection.await("Page.loadEventFired", p.session)
	var navigated struct {
		ErrorText string `json:"errorText"`
	}
	p.call(t, "Page.navigate", args{"url": url}, &navigated)
	if navigated.ErrorText != "" {
		t.Fatalf("browser: %s: %s", url, navigated.ErrorText)
	}
	if err := loaded(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// Eval evaluates an expression, awaits it if it is a promise, and decodes its value as JSON. An exception fails the test.
func (p *Page) Eval(t testing.TB, expression string, into any) {
	t.Helper()
	var answer struct {
		Result    struct{ Value json.RawMessage }
		Exception *struct {
			Text      string
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
	}
	p.call(t, "Runtime.evaluate", args{"expression": expression, "awaitPromise": true, "returnByValue": true}, &answer)
	if e := answer.Exception; e != nil {
		t.Fatalf("browser: %s %s", e.Text, e.Exception.Description)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer.Result.Value, into); err != nil {
		t.Fatalf("browser: value of %.100s: %v", expression, err)
	}
}

// Choose gives files on disk to a file input.
func (p *Page) Choose(t testing.TB, selector string, paths ...string) {
	t.Helper()
	var input struct{ Result struct{ ObjectID string } }
	p.call(t, "Runtime.evaluate", args{"expression": fmt.Sprintf("document.querySelector(%q)", selector)}, &input)
	p.call(t, "DOM.setFileInputFiles", args{"files": paths, "objectId": input.Result.ObjectID}, nil)
}

// Emulate sets width and height of the window, in CSS pixels, and the colour scheme, light or dark.
func (p *Page) Emulate(t testing.TB, width, height int, scheme string) {
	t.Helper()
	p.call(t, "Emulation.setDeviceMetricsOverride", args{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	p.call(t, "Emulation.setEmulatedMedia", args{"features": []args{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Screenshot writes a picture of the whole page, as PNG.
func (p *Page) Screenshot(t testing.TB, path string) {
	t.Helper()
	var picture struct{ Data string }
	p.call(t, "Page.captureScreenshot", args{"captureBeyondViewport": true}, &picture)
	raw, err := base64.StdEncoding.DecodeString(picture.Data)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *Page) call(t testing.TB, method string, parameters args, into any) {
	t.Helper()
	p.browser.call(t, p.session, method, parameters, into)
}

func (b *Browser) call(t testing.TB, session, method string, parameters args, into any) {
	t.Helper()
	if err := b.connection.call(t.Context(), session, method, parameters, into); err != nil {
		t.Fatal(err)
	}
}
