module github.com/pcc-platform/pcc/chaincode

go 1.26.0
