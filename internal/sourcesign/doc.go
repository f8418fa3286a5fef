// Package sourcesign lets a program of a member sign what it sends as one source, over as many runs as it likes.
//
// The key is a PKCS #8 file in PEM. Beside it stands a state file, which holds how far the source's chain has come and the
// batches that were signed and not acknowledged. A batch is in that file before it leaves: after a crash the next run sends the
// same statements again, instead of using their numbers for something else.
package sourcesign
