package rpc

import (
	"context"

	"google.golang.org/grpc"
)

// unaryExplain gives a handler's error to explain, which knows what the failures of a technology below the handlers mean to
// a caller, so that not every query has to.
func unaryExplain(explain func(error) error) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		resp, err := next(ctx, req)
		return resp, explain(err)
	}
}

func streamExplain(explain func(error) error) grpc.StreamServerInterceptor {
	return func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		return explain(next(srv, ss))
	}
}
