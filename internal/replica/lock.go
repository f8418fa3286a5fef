package replica

import (
	"os"
	"syscall"
)

// tryLock takes the file for this process alone, until it is closed.
func tryLock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) // #nosec G115 -- a file descriptor
}
