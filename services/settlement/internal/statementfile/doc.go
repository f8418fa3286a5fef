// Package statementfile writes statements as files: CSV for programs, PDF for people. Equal statements make equal files.
package statementfile
