package rpc

import (
	"context"
	"time"

	"google.golang.org/grpc"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	// ordinary is how long a call may take that brings no deadline of its own.
	ordinary = time.Minute
	// lengthy is how long one may take that works through the whole register.
	lengthy = 30 * time.Minute
)

// works are the calls that take time in proportion to the register.
var works = map[string]bool{
	eilev1.RunService_StartRun_FullMethodName:                     true, // a dry run
	eilev1.RunService_ApproveRun_FullMethodName:                   true,
	eilev1.RunService_ExplainRun_FullMethodName:                   true,
	eilev1.PolicyService_ActivatePolicy_FullMethodName:            true,
	eilev1.PlanService_PlanDecommission_FullMethodName:            true,
	eilev1.LeaseService_AdviseRent_FullMethodName:                 true,
	eilev1.StatsService_GetStats_FullMethodName:                   true,
	eilev1.VacancyService_ListVacancies_FullMethodName:            true,
	eilev1.DuplicateService_ListDuplicates_FullMethodName:         true,
	eilev1.DuplicateService_DecideDuplicate_FullMethodName:        true,
	eilev1.DecommissionService_ApproveDecommission_FullMethodName: true,
	eilev1.QueueService_ListPositions_FullMethodName:              true, // of a past day
	eilev1.QueueService_GetPosition_FullMethodName:                true,
}

// allowed is how long a call may take.
func allowed(method string) time.Duration {
	if works[method] {
		return lengthy
	}
	return ordinary
}

// limit gives a call a deadline. A nearer one that the caller set is kept.
func limit(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if _, has := ctx.Deadline(); has {
		return handler(ctx, req)
	}
	ctx, cancel := context.WithTimeout(ctx, allowed(info.FullMethod))
	defer cancel()
	return handler(ctx, req)
}
