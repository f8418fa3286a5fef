module github.com/pcc-platform/pcc/proto

go 1.26.0
