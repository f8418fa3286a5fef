// Package devstack brings the whole platform up on one machine, on loopback, out of real parts: PostgreSQL, NATS with
// JetStream, Keto, a Fabric network, and the services.
//
//	supervisor (pcc up)
//	 ├─ postgres            data of every service, one schema and role each; the vault has a database of its own
//	 ├─ nats                the queue of events and the bus between services
//	 ├─ keto                who may do what
//	 ├─ orderers, peers, chaincode of three organisations
//	 └─ platform            all services in one process, or one process a service
//
// Everything it makes lies below one state folder: ports, keys, passwords, data, logs. A second Up on the same folder
// continues with the data that is there. Two state folders never share a port or a process.
package devstack
