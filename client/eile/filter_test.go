package main

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// listCommands are the commands of each list request.
var listCommands = map[protoreflect.Name][]string{
	"ListApplicationsRequest":  {"application list"},
	"ListAuditEntriesRequest":  {"audit list"},
	"ListDecisionsRequest":     {"decision list"},
	"ListDecommissionsRequest": {"decommission list"},
	"ListDuplicatesRequest":    {"duplicate list"},
	"ListHistoryRequest":       {"application history"},
	"ListLeasesRequest":        {"lease list"},
	"ListOffersRequest":        {"offer list"},
	"ListPoliciesRequest":      {"policy list"},
	"ListPositionsRequest":     {"queue"},
	"ListProgrammesRequest":    {"programme list"},
	"ListRunMatchesRequest":    nil, // run get and run evidence show all matches of a run
	"ListRunsRequest":          {"run list"},
	"ListTenanciesRequest":     {"tenancy list"},
	"ListUnitsRequest":         {"unit list", "flag list"},
	"ListVacanciesRequest":     {"unit vacant"},
}

// otherFlags are the names of flags that are not those of their field; an empty one is no flag.
var otherFlags = map[string]string{
	"audit list actor":              "by",
	"audit list from_date":          "from",
	"audit list until":              "to",
	"audit list until_date":         "to",
	"application history reference": "", // the argument
	"flag list condition":           "", // FLAGGED is what the command lists
	"lease list within_months":      "within",
	"queue as_of_date":              "as-of",
}

func TestEveryFilterOfAListHasAFlag(t *testing.T) {
	root := newTestRoot(t)
	// A page is what the client chooses, and only a program waits for a revision that it wrote.
	notFilters := []protoreflect.Name{"page_size", "page_token", "min_revision"}
	protoregistry.GlobalFiles.RangeFilesByPackage(eilev1.File_eile_v1_unit_proto.Package(), func(file protoreflect.FileDescriptor) bool {
		for i := range file.Messages().Len() {
			message := file.Messages().Get(i)
			if message.Fields().ByName("page_token") == nil {
				continue
			}
			commands, known := listCommands[message.Name()]
			if !known {
				t.Errorf("%s has no command", message.Name())
			}
			for _, path := range commands {
				cmd, _, err := root.Find(strings.Fields(path))
				if err != nil {
					t.Fatal(err)
				}
				if cmd.Flags().Lookup("limit") == nil {
					t.Errorf("eile %s follows no pages", path)
				}
				for i := range message.Fields().Len() {
					field := message.Fields().Get(i)
					if slices.Contains(notFilters, field.Name()) {
						continue
					}
					name, other := otherFlags[path+" "+string(field.Name())]
					if !other {
						name = strings.ReplaceAll(string(field.Name()), "_", "-")
					}
					if name == "" {
						continue
					}
					f := cmd.Flags().Lookup(name)
					if f == nil {
						t.Errorf("eile %s has no --%s", path, name)
						continue
					}
					listed, _ := f.Value.(interface{ Choices() []string })
					if field.Kind() == protoreflect.EnumKind && (listed == nil || len(listed.Choices()) == 0) {
						t.Errorf("eile %s --%s completes no values", path, name)
					}
				}
			}
		}
		return true
	})
}
