package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

const (
	limitTimeout = 10 * time.Second
	// limitScript bounds the files of the processes, but for those that have ended meanwhile.
	limitScript = `limit=$1; shift; for pid; do prlimit --pid "$pid" --fsize="$limit": || test ! -d "/proc/$pid" || exit 1; done`
	// partOfBlock is what of a block still fits: PostgreSQL tells of a full disk when a write is cut short, as it is then.
	partOfBlock = 512
)

// FillDisk lets no file of the named process and its children grow beyond the largest that is below a folder of the stack's
// now. As on a full disk, writing over what is there succeeds, and what would make a file longer is cut short. The kernel does
// so for any user, where a small disk could be mounted by few. room lets the files grow again, and is done when the test ends
// at the latest.
func (s *Stack) FillDisk(t testing.TB, name, folder string) (room func()) {
	t.Helper()
	p, err := s.process(name)
	if err != nil {
		t.Fatal(err)
	}
	room = func() { limitFiles(t, p.PID, "unlimited") }
	t.Cleanup(room)
	limitFiles(t, p.PID, strconv.FormatInt(largest(t, s.Path(folder))+partOfBlock, 10))
	return room
}

// limitFiles bounds the files of a process and its children. The process comes first: those that it makes later inherit it.
func limitFiles(t testing.TB, pid int, limit string) {
	t.Helper()
	info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
	if err != nil {
		t.Errorf("limit the files of process %d: %v", pid, err)
		return
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("nobody owns process %d", pid)
	}
	limitAs(t, owner, limit, []int{pid})
	limitAs(t, owner, limit, children(t, pid))
}

// limitAs acts as the owner of the processes, who may limit them where even root may not.
func limitAs(t testing.TB, owner *syscall.Stat_t, limit string, pids []int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limitTimeout)
	defer cancel()
	args := []string{"-c", limitScript, "sh", limit}
	for _, pid := range pids {
		args = append(args, strconv.Itoa(pid))
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	if os.Geteuid() != int(owner.Uid) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("limit the files of processes %v: %v: %s", pids, err, out)
	}
}

// largest is the size of the largest file below a folder, which may be a link.
func largest(t testing.TB, folder string) (most int64) {
	t.Helper()
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if info, err := entry.Info(); err == nil {
			most = max(most, info.Size())
		}
		return nil
	})
	if err != nil || most == 0 {
		t.Fatalf("the largest file below %s: %d bytes, %v", folder, most, err)
	}
	return most
}
