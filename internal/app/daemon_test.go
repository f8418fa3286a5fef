package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
)

type daemonConfig struct {
	app.ServiceConfig `yaml:",inline"`
	Answer            int `yaml:"answer"`
}

func TestDaemon(t *testing.T) {
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	good := file("good.yaml", "answer: 42\nlisten: 127.0.0.1:1\n")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"ends when told":  {[]string{"-config", good}, 0, "process stopped"},
		"unknown key":     {[]string{"-config", file("bad.yaml", "anwser: 42\n")}, 1, "anwser"},
		"bad log level":   {[]string{"-config", file("loud.yaml", "answer: 42\nprocess: {telemetry: {log_level: loud}}\n")}, 1, "log_level"},
		"build fails":     {[]string{"-config", file("zero.yaml", "answer: 0\n")}, 1, "no answer"},
		"runner fails":    {[]string{"-config", file("one.yaml", "answer: 1\n")}, 1, "wrong answer"},
		"no file":         {[]string{"-config", "absent.yaml"}, 1, "absent.yaml"},
		"no flag":         {nil, 1, "-config FILE"},
		"unknown flag":    {[]string{"-cofnig", good}, 1, "-cofnig"},
		"something extra": {[]string{"-config", good, "extra"}, 1, "-config FILE"},
		"help":            {[]string{"-h"}, 0, "path of the configuration file"},
	} {
		t.Run(name, func(t *testing.T) {
			var log stand.Log
			if code := app.Daemon("test", build, c.args, &log); code != c.code || !strings.Contains(log.String(), c.says) {
				t.Errorf("exit code %d, want %d; want %q in\n%s", code, c.code, c.says, &log)
			}
		})
	}
}

func build(_ context.Context, cfg daemonConfig, _ *app.Process) (app.Runner, error) {
	if cfg.Answer == 0 {
		return nil, errors.New("no answer")
	}
	return app.RunnerFunc(func(ctx context.Context) error {
		if cfg.Answer != 42 {
			return errors.New("wrong answer")
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil { // the daemon listens to it by now
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}), nil
}

func TestReadSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(path, []byte(" s3cret\n"), 0o600))
	if got, err := app.ReadSecret(path); err != nil || got != "s3cret" {
		t.Errorf("ReadSecret = %q, %v", got, err)
	}
	must(t, os.WriteFile(path, []byte("\n"), 0o600))
	for _, p := range []string{path, path + "-absent"} {
		if _, err := app.ReadSecret(p); err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("ReadSecret(%s) = %v", p, err)
		}
	}
}
