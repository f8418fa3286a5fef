// Package toolchain obtains the programs that the platform runs beside its own: Fabric's commands, Keto, the code
// generators, the linter and helm, all built from the pinned modules below tools/, and PostgreSQL's server binaries,
// found on the machine or installed with apt.
//
// A module below tools/ says itself what it builds: its `tool` directives. Binaries go to <root>/.tools/bin; beside
// them <root>/.tools/stamp/<module> keeps a hash of the module's go.mod, go.sum and build flags, so that a changed pin
// rebuilds that module and nothing else ever does. One module is built at a time, across processes too: a lock file
// makes a second caller wait and then find the work done.
package toolchain
