package need

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// shared opens a case file that lies beside the project, or skips the test.
func shared(t *testing.T, path ...string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join(append([]string{"..", "..", "..", "shared"}, path...)...))
	if os.IsNotExist(err) {
		t.Skipf("the case files are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func sexOf(s string) eilev1.Sex {
	return map[string]eilev1.Sex{"F": woman, "M": man}[s]
}

func TestSharedVectors(t *testing.T) {
	var file struct {
		Cases []struct {
			ID        string
			Household []struct {
				Age      int
				Sex      string
				Relation string `json:"relation_to_main_applicant"`
			}
			Expected int `json:"expected_bedrooms"`
		}
	}
	if err := json.NewDecoder(shared(t, "vectors", "bedroom_need.json")).Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("the file has no cases")
	}
	relations := map[string]eilev1.Relation{"self": self, "partner": partner, "child": child}
	for _, c := range file.Cases {
		var family []*eilev1.Member
		for _, p := range c.Household {
			family = append(family, aged(relations[p.Relation], sexOf(p.Sex), p.Age))
		}
		r, err := Of("uk-bedroom-standard", family, today)
		if err != nil || r.Need != c.Expected {
			t.Errorf("%s: %d, %v; want %d because %v", c.ID, r.Need, err, c.Expected, r.Reasons)
		}
	}
}

func TestSharedCases(t *testing.T) {
	rows, err := csv.NewReader(shared(t, "data", "standards", "bedroom_need_cases.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 2 {
		t.Fatal("the file has no cases")
	}
	word := regexp.MustCompile(`^([FM])(\d+)$`)
	for _, row := range rows[1:] {
		var family []*eilev1.Member
		couples, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		for i := range couples {
			if i == 0 {
				family = append(family, aged(self, woman, 40), aged(partner, man, 40))
				continue
			}
			n := int32(len(family) + 1)
			family = append(family, aged(parent, woman, 70), partnerOf(aged(parent, man, 70), n))
		}
		for _, text := range strings.Fields(row[2]) {
			m := word.FindStringSubmatch(text)
			age, err := strconv.Atoi(m[2])
			if err != nil {
				t.Fatal(err)
			}
			relation := child
			switch {
			case len(family) == 0:
				relation = self
			case couples == 0:
				relation = other
			}
			family = append(family, aged(relation, sexOf(m[1]), age))
		}
		// Column 5 counts a studio as the lone person's bedroom; the standard's minimum is column
		// 6.
		for column, standard := range map[int]string{3: "uk-bedroom-standard", 4: "uk-size-criteria", 6: "canada-nos", 7: "eurostat-rooms"} {
			r, err := Of(standard, family, today)
			if err != nil || strconv.Itoa(r.Need) != row[column] {
				t.Errorf("%s, %s: %d, %v; want %s because %v", row[0], standard, r.Need, err, row[column], r.Reasons)
			}
		}
	}
}
