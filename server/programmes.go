package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/store"
)

type programmes struct {
	eilev1.UnimplementedProgrammeServiceServer
	*Server
}

func (s *programmes) CreateProgramme(ctx context.Context, req *eilev1.CreateProgrammeRequest) (*eilev1.Programme, error) {
	name := req.GetName()
	_, err := s.change(ctx, req, "programme.create", req.GetGiveUpReason(), func(c casework.Change) error {
		_, taken, err := store.Programmes.Find(c.Tx, name)
		if err != nil {
			return err
		}
		if taken {
			return exists("programme " + name)
		}
		if req.GetGiveUpReason() != "" {
			if _, err := proposalID(c.Tx, name, req.GetUnits()); err != nil {
				return err
			}
		}
		c.Tx.Result(name)
		programme := &eilev1.Programme{
			Name: name, Places: req.GetPlaces(), CaseWorker: req.GetCaseWorker(), SpreadDistricts: req.GetSpreadDistricts(),
		}
		return home.CreateProgramme(c, programme, req.GetUnits(), req.GetGiveUpReason())
	})
	if err != nil {
		return nil, err
	}
	return s.programme(ctx, name)
}

// onProgramme changes one stored programme and answers it as it is then.
func (s *programmes) onProgramme(ctx context.Context, req mutation, action, name string, fn func(casework.Change, *eilev1.Programme) error) (*eilev1.Programme, error) {
	_, err := s.change(ctx, req, action, "", func(c casework.Change) error {
		programme, err := store.Programmes.Get(c.Tx, name)
		if err != nil {
			return err
		}
		c.Tx.Result(name)
		return fn(c, programme)
	})
	if err != nil {
		return nil, err
	}
	return s.programme(ctx, name)
}

func (s *programmes) AddToProgramme(ctx context.Context, req *eilev1.AddToProgrammeRequest) (*eilev1.Programme, error) {
	return s.onProgramme(ctx, req, "programme.add", req.GetName(), func(c casework.Change, programme *eilev1.Programme) error {
		return home.AddToProgramme(c, programme, req.GetApplications(), req.GetUnits())
	})
}

func (s *programmes) AmendProgramme(ctx context.Context, req *eilev1.AmendProgrammeRequest) (*eilev1.Programme, error) {
	if req.GetCaseWorker() == "" && req.SpreadDistricts == nil {
		return nil, wrong("case_worker", "give a case worker or a spread: nothing is to be changed")
	}
	return s.onProgramme(ctx, req, "programme.amend", req.GetName(), func(c casework.Change, programme *eilev1.Programme) error {
		if req.GetCaseWorker() != "" {
			programme.CaseWorker = req.GetCaseWorker()
		}
		if req.SpreadDistricts != nil {
			programme.SpreadDistricts = req.GetSpreadDistricts()
		}
		return home.AmendProgramme(c, programme)
	})
}

func (s *programmes) GetProgramme(ctx context.Context, req *eilev1.GetProgrammeRequest) (*eilev1.Programme, error) {
	return s.programme(ctx, req.GetName())
}

func (s *Server) programme(ctx context.Context, name string) (*eilev1.Programme, error) {
	var programme *eilev1.Programme
	err := s.register.View(ctx, func(v *store.View) error {
		var err error
		programme, err = store.Programmes.Get(v, name)
		if err != nil {
			return err
		}
		return s.figures(v, programme)
	})
	return programme, err
}

func (s *programmes) ListProgrammes(ctx context.Context, req *eilev1.ListProgrammesRequest) (*eilev1.ListProgrammesResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListProgrammesResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Programmes.All(v, "", start) {
			if err != nil {
				return err
			}
			if len(answer.Programmes) == size {
				answer.NextPageToken = nextPage(req, entry.ID)
				return nil
			}
			if err := s.figures(v, entry.Record); err != nil {
				return err
			}
			entry.Record.Households, entry.Record.Figures = nil, nil
			answer.Programmes = append(answer.Programmes, entry.Record)
		}
		return nil
	})
	return answer, err
}
