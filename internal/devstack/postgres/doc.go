// Package postgres runs the development stack's own PostgreSQL cluster: its own data, its own port, passwords of its
// own, durable (fsync stays on), and nothing shared with a cluster of the machine's.
//
// PostgreSQL refuses to run as root. When we are root the cluster belongs to the user "postgres", or "nobody" where
// there is none, and its data must lie where that user can reach it: a checkout below /root, which only root may
// enter, cannot hold it. Open finds out by letting the user try; if it fails the data goes to /var/lib/pcc and a
// symbolic link in its intended place leads there.
package postgres
