package fact

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var stringList = types.NewListType(types.StringType)

// Values of optional fields; nil where a field is unset.

func filled(s string) ref.Val {
	if s == "" {
		return nil
	}
	return types.String(s)
}

func whole(n *int32) ref.Val {
	if n == nil {
		return nil
	}
	return types.Int(*n)
}

func either(b *bool) ref.Val {
	if b == nil {
		return nil
	}
	return types.Bool(*b)
}

// TenureNames are the words of expressions and of units.csv.
var TenureNames = map[eilev1.Tenure]string{eilev1.Tenure_TENURE_OWNED: "owned", eilev1.Tenure_TENURE_RENTED_IN: "rented_in"}

// AmenityNames are the words of expressions and of units.csv.
var AmenityNames = map[eilev1.Amenity]string{
	eilev1.Amenity_AMENITY_COLD_WATER: "cold_water", eilev1.Amenity_AMENITY_HOT_WATER: "hot_water", eilev1.Amenity_AMENITY_SEWERAGE: "sewerage",
	eilev1.Amenity_AMENITY_TOILET: "toilet", eilev1.Amenity_AMENITY_BATH: "bath", eilev1.Amenity_AMENITY_HEATING: "heating",
	eilev1.Amenity_AMENITY_ELECTRICITY: "electricity", eilev1.Amenity_AMENITY_GAS: "gas", eilev1.Amenity_AMENITY_KITCHEN: "kitchen",
}

func amenityList(amenities *eilev1.Amenities) ref.Val {
	if amenities == nil {
		return nil
	}
	names := make([]string, len(amenities.GetPresent()))
	for i, a := range amenities.GetPresent() {
		names[i] = AmenityNames[a]
	}
	return types.NewStringList(types.DefaultTypeAdapter, names)
}
