package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
)

const keyBytes = 32

// row is a key and its value.
type row struct{ key, value []byte }

// readRows reads a file of keys of keyBytes, each followed by its value.
func readRows(file string, valueSize int) ([]row, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	size := keyBytes + valueSize
	if valueSize < 1 || len(content) == 0 || len(content)%size != 0 {
		return nil, fmt.Errorf("%s: %d bytes are not rows of %d", file, len(content), size)
	}
	rows := make([]row, len(content)/size)
	for i := range rows {
		at := content[i*size : (i+1)*size]
		rows[i] = row{at[:keyBytes], at[keyBytes:]}
	}
	return rows, nil
}

// share gives every worker the batches that are its own.
func share(rows []row, batch, workers int, f func(worker int, rows []row) error) error {
	failures := make([]error, workers)
	var working sync.WaitGroup
	for worker := range workers {
		working.Go(func() {
			for at := worker * batch; at < len(rows); at += workers * batch {
				if failures[worker] = f(worker, rows[at:min(at+batch, len(rows))]); failures[worker] != nil {
					return
				}
			}
		})
	}
	working.Wait()
	return errors.Join(failures...)
}

// draw has the workers take rows by chance, n in all.
func draw(rows []row, n, workers int, f func(worker int, r row) error) error {
	picked := make([]row, n)
	random := rand.New(rand.NewPCG(1, 2)) // the same rows in every run
	for i := range picked {
		picked[i] = rows[random.IntN(len(rows))]
	}
	return share(picked, 1, workers, func(worker int, rows []row) error { return f(worker, rows[0]) })
}

// afterName returns the fields of a /proc stat line behind the name of the program, which may hold spaces.
func afterName(stat string) []string {
	return strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
}
