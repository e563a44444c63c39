package check

import (
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// offers compares each offer with its two sides: one open offer per household,
// one per home.
func (c *check) offers() error {
	household, home := map[string]string{}, map[string]string{}
	return each(c, store.Offers, func(id string, offer *eilev1.Offer) error {
		for _, key := range [][]byte{
			layout.PairKey(layout.OfferByApp, offer.GetApplication(), id), layout.PairKey(layout.OfferByUnit, offer.GetUnit(), id),
		} {
			if _, ok, err := c.Reader().Get(key); err != nil {
				return err
			} else if !ok {
				c.fault("offer %s: its entry %q is missing", id, key)
			}
		}
		if offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_OPEN {
			return nil
		}
		if other := household[offer.GetApplication()]; other != "" {
			c.fault("application %s: offers %s and %s are both open", offer.GetApplication(), other, id)
		}
		if other := home[offer.GetUnit()]; other != "" {
			c.fault("unit %s: offers %s and %s are both open", offer.GetUnit(), other, id)
		}
		household[offer.GetApplication()], home[offer.GetUnit()] = id, id
		return c.sides(id, offer)
	})
}

// sides compares an open offer with the application and the home that it names.
func (c *check) sides(id string, offer *eilev1.Offer) error {
	application, ok, err := store.Applications.Find(c.View, offer.GetApplication())
	if err != nil {
		return err
	}
	if !ok || application.GetOpenOffer() != id {
		c.fault("offer %s: it is open, application %s does not say so", id, offer.GetApplication())
	}
	unit, ok, err := store.Units.Find(c.View, offer.GetUnit())
	if err == nil && (!ok || unit.GetOpenOffer() != id) {
		c.fault("offer %s: it is open, unit %s does not say so", id, offer.GetUnit())
	}
	return err
}

// offerKeys follows the keys by application and unit back to the offers.
func (c *check) offerKeys() error {
	err := c.pairs(layout.OfferByApp, func(key, application, id string, _ []byte) error {
		offer, ok, err := store.Offers.Find(c.View, id)
		if err == nil && (!ok || offer.GetApplication() != application) {
			c.fault("key %q: there is no such offer to application %s", key, application)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = c.pairs(layout.OfferByUnit, func(key, unit, id string, _ []byte) error {
		offer, ok, err := store.Offers.Find(c.View, id)
		if err == nil && (!ok || offer.GetUnit() != unit) {
			c.fault("key %q: there is no such offer of unit %s", key, unit)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.pairs(layout.Barred, func(key, application, unit string, value []byte) error {
		offer, ok, err := store.Offers.Find(c.View, string(value))
		if err == nil && (!ok || offer.GetApplication() != application || offer.GetUnit() != unit || offer.GetReopened()) {
			c.fault("key %q: offer %s does not bar unit %s from application %s", key, value, unit, application)
		}
		return err
	})
}

// pairs calls fn with the keys of two parts under a prefix.
func (c *check) pairs(prefix string, fn func(key, first, second string, value []byte) error) error {
	for item, err := range c.Reader().Scan([]byte(prefix), kv.PrefixEnd([]byte(prefix))) {
		if err != nil || c.ended {
			return err
		}
		key := string(item.Key)
		first, second, ok := strings.Cut(key[len(prefix):], "/")
		if !ok {
			c.fault("key %q: it has one part, not two", key)
			continue
		}
		if err := fn(key, first, second, item.Value); err != nil {
			return err
		}
	}
	return nil
}
