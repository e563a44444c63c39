package history

import (
	"maps"
	"time"

	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
)

// Offers are the numbers of offers up to the moment; the caller does not change them.
// What happened after the last layer is counted when somebody first asks.
func (p *Past) Offers() (layer.Sums, error) {
	p.over.counting.Lock()
	defer p.over.counting.Unlock()
	if p.over.offers != nil {
		return p.over.offers, nil
	}
	sums := maps.Clone(p.under)
	if err := countOffers(sums, p.reader, p.over.from, p.over.until); err != nil {
		return nil, err
	}
	p.over.offers = sums
	return sums, nil
}

// countOffers adds what became of offers after a moment, up to another.
func countOffers(to layer.Sums, reader kv.Reader, after, until time.Time) error {
	for offer, err := range past.Offers(reader, after, until) {
		if err != nil {
			return err
		}
		to.Offer(offer, after, until)
	}
	return nil
}
