package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// reachableHome is where data goes that the server's user could not reach below the checkout.
const reachableHome = "/var/lib/pcc"

const probeTimeout = 10 * time.Second

// serverUser names the user to run the server as: nobody special unless we are root, which the server refuses.
func serverUser() (string, error) {
	if os.Geteuid() != 0 {
		return "", nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if _, err := user.Lookup(name); err == nil {
			return name, nil
		}
	}
	return "", errors.New("PostgreSQL refuses to run as root and there is no user postgres or nobody: create one")
}

// chooseHome creates, or finds again, the folder for the server's files: wanted itself, or what a link there leads to.
func chooseHome(ctx context.Context, wanted, owner string) (string, error) {
	wanted, err := filepath.Abs(wanted)
	if err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	if target, err := os.Readlink(wanted); err == nil {
		return target, makeFor(owner, target)
	}
	if err := makeFor(owner, wanted); err != nil {
		return "", err
	}
	if reaches(ctx, owner, wanted) == nil {
		return wanted, nil
	}
	if err := os.Remove(wanted); err != nil {
		return "", fmt.Errorf("user %s cannot reach %s, which is not empty: %w", owner, wanted, err)
	}
	sum := sha256.Sum256([]byte(wanted))
	home := filepath.Join(reachableHome, "postgres-"+hex.EncodeToString(sum[:6]))
	if err := makeFor(owner, home); err != nil {
		return "", err
	}
	if err := reaches(ctx, owner, home); err != nil {
		return "", err
	}
	if err := os.Symlink(home, wanted); err != nil {
		return "", fmt.Errorf("link data folder: %w", err)
	}
	return home, nil
}

// reaches lets the user try to enter dir, which no look at permission bits can replace.
func reaches(ctx context.Context, name, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd -- "$1"`, "sh", dir)
	cmd.Dir = "/"
	if err := proc.RunAs(cmd, name); err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("user %s cannot reach %s: %w: %s", name, dir, err, out)
	}
	return nil
}

// makeFor creates dir for the user alone; the parents it creates let others pass.
func makeFor(name, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o711); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("data folder: %w", err)
	}
	return give(name, dir)
}

// writeFor writes a secret that only the user can read.
func writeFor(name, path, text string) error {
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		return fmt.Errorf("write secret: %w", err)
	}
	return give(name, path)
}

// give changes the owner of path to the user; for an empty name it stays ours.
func give(name, path string) error {
	if name == "" {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return fmt.Errorf("give to %s: %w", name, err)
	}
	uid, uidErr := strconv.Atoi(u.Uid)
	gid, gidErr := strconv.Atoi(u.Gid)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return fmt.Errorf("give to %s: %w", name, err)
	}
	if err := os.Lchown(path, uid, gid); err != nil {
		return fmt.Errorf("give to %s: %w", name, err)
	}
	return nil
}

// Remove deletes the state folder of a cluster that does not run, with its data wherever it lies.
func Remove(dir string) error {
	if home, err := os.Readlink(filepath.Join(dir, "data")); err == nil {
		if err := os.RemoveAll(home); err != nil {
			return fmt.Errorf("remove cluster: %w", err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove cluster: %w", err)
	}
	return nil
}
