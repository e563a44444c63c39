// Package tenancy follows a letting from the acceptance of an offer to the keys,
// and to its end. It promises that home and household are let, or free, at once
// and together, and that the right to the home is tested again on the day on
// which the household is housed.
//
// It imports casework and its state. It must not know where an offer came from.
package tenancy
