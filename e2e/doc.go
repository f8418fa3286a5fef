// Package e2e tests the platform from outside, as a member's own software sees it: the module imports the published protos
// and nothing else of the project, drives bin/pcc as a person would, and reads files only where a test is about files.
//
//	TestDemo              the main job by one command, offline verification, a restart on existing data, nothing left behind
//	TestDemoFourOrderers  the main job over the other ordering profile
//	TestInterrupt         Ctrl-C
//	TestPlatform          one stack with a process a service: the same answers three ways, bad input, default deny, kill -9
//	                      of every part during an import, and nothing personal in any file
//	TestReliability       full speed through a frozen database, kills in a row, stuck clients and a full queue: nothing lost,
//	                      nothing doubled, memory bounded; PCC_TEST_FREEZE sets how long the database is frozen (15s)
//
// All need what `make build` makes, and `make tools` for the servers beside the platform; `make test` does both.
package e2e
