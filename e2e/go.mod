module github.com/pcc-platform/pcc/e2e

go 1.26.0
