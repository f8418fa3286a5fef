// Package headmap measures the verifiable map of completeness in one process:
//
//	build    the cold start, from entries in order
//	apply    batches of longer heads for keys chosen at random, each on the version before, which stays readable meanwhile
//	prove    proofs of inclusion and of non-inclusion
//	verify   each of them
//
// CPU is that of the whole process and includes the garbage collector's. Memory is what lives on the heap after a
// collection, without the benchmark's own keys. No figure decides a test.
package headmap
