// Package proc supervises the operating-system processes of the development stack: PostgreSQL, Keto, NATS, Fabric's
// peers and orderers, and the services when they run one per process.
//
//	starting --Ready--> running --Stop--> stopped
//	   |                   | unexpected exit
//	   | timeout, exit     v
//	   v               restarting --(bounded, with backoff)--> running
//	 failed                | exhausted, or Restart is false
//	                       v
//	                     failed, reported on Failures
//
// Invariants:
//
//   - A signal is only ever sent to a process this package started. Across runs the proof is the pair
//     (pid, start time) in the pid file: the kernel reuses a pid, it does not reuse the pair.
//   - Every process leads its own process group, so that a terminal's Ctrl-C reaches the supervisor alone, which then
//     stops the processes in order, and so that ending a process ends what it started.
//   - Log files are bounded at each start of a process, by cutting their oldest part.
package proc
