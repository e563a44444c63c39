package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const programmeFields = "name places case_worker spread_districts total rehoused gone left created_at created_by warnings.%s:warnings update_time"

var programmeView = render.View{
	Table:  "name case_worker spread_districts total rehoused gone left warnings.code:warnings",
	CSV:    render.ReasonsBy("code", programmeFields),
	Record: render.ReasonsBy("detail", programmeFields),
	Parts: []render.Part{
		{Field: "districts", Columns: "district rehoused"},
		{Field: "figures", Columns: "on total rehoused gone left"},
		{Field: "households", Columns: "unit application state status position since until rehoused_in district next.detail:next"},
	},
}

func newProgramme(s *session) *cobra.Command {
	return group("programme", "Dissolve an encampment or an estate: its homes and places, and how its households are rehoused",
		newProgrammeCreate(s),
		newProgrammeAdd(s),
		newProgrammeAmend(s),
		s.look("get NAME", "Show one programme, its households and its figures over time", programmeView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Programmes.GetProgramme(ctx, &eilev1.GetProgrammeRequest{Name: args[0]})
			}),
		newProgrammeList(s),
	)
}

func newProgrammeCreate(s *session) *cobra.Command {
	req := &eilev1.CreateProgrammeRequest{}
	cmd := s.ask("create NAME", "Begin a programme; it names homes and places, never who people are", programmeView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Name = args[0]
			return c.Programmes.CreateProgramme(ctx, req)
		})
	flags := cmd.Flags()
	unitsVar(flags, &req.Units)
	flags.StringArrayVar(&req.Places, "place", nil, "place in words, `TEXT`; may be repeated")
	flags.StringVar(&req.CaseWorker, "case-worker", "", "`NAME` of who looks after the households")
	_ = cmd.MarkFlagRequired("case-worker")
	flags.Int32Var(&req.SpreadDistricts, "spread-districts", 0, "spread the households over `N` districts; 0 is not agreed")
	flags.StringVar(&req.GiveUpReason, "give-up", "", "propose to give its homes up, for the reason `TEXT`; a second person approves it in principle")
	return cmd
}

// unitsVar adds the homes, each in a flag of its own.
func unitsVar(flags *pflag.FlagSet, to *[]string) {
	flags.StringArrayVar(to, "unit", nil, "home that it dissolves, `REFERENCE`; may be repeated")
}

func newProgrammeAdd(s *session) *cobra.Command {
	req := &eilev1.AddToProgrammeRequest{}
	cmd := s.ask("add NAME [APPLICATION...]", "Add applications or homes to a programme", programmeView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Name, req.Applications = args[0], args[1:]
			if len(req.GetApplications()) == 0 && len(req.GetUnits()) == 0 {
				return nil, badUsage("eile programme add: name applications, or homes by --unit")
			}
			return c.Programmes.AddToProgramme(ctx, req)
		})
	cmd.Args = atLeastOne("NAME")
	unitsVar(cmd.Flags(), &req.Units)
	return cmd
}

func newProgrammeAmend(s *session) *cobra.Command {
	req := &eilev1.AmendProgrammeRequest{}
	cmd := s.ask("amend NAME", "Change the case worker or the spread of a programme", programmeView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Name = args[0]
			if req.GetCaseWorker() == "" && req.SpreadDistricts == nil {
				return nil, badUsage("eile programme amend: nothing to amend; see eile programme amend --help")
			}
			return c.Programmes.AmendProgramme(ctx, req)
		})
	cmd.Flags().StringVar(&req.CaseWorker, "case-worker", "", "`NAME` of who looks after the households from now on")
	flag.IntVar(cmd.Flags(), &req.SpreadDistricts, "spread-districts", "spread the households over `N` districts from now on")
	return cmd
}

func newProgrammeList(s *session) *cobra.Command {
	req := &eilev1.ListProgrammesRequest{}
	cmd := listCommand(s, "list", "List the programmes with their figures of today", programmeView, req,
		func(c *client.Client) client.List[*eilev1.ListProgrammesRequest, *eilev1.ListProgrammesResponse] {
			return c.Programmes.ListProgrammes
		}, (*eilev1.ListProgrammesResponse).GetProgrammes)
	cmd.Flags().StringVar(&req.CaseWorker, "case-worker", "", "only those of the case worker `NAME`")
	cmd.Flags().StringVar(&req.Unit, "unit", "", "only those that dissolve the home `REFERENCE`")
	cmd.Flags().StringVar(&req.Application, "application", "", "only those to which the application `REFERENCE` was added")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "name")
	return cmd
}
