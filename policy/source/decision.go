package source

// Deciding says how decisions of one kind are taken.
type Deciding struct {
	Position
	FourEyes    Text   `key:"four_eyes" doc:"true: a second person approves before anything changes; false (default); or CEL over the household that is true where one must."`
	LegalGround Text   `key:"legal_ground" words:"required" doc:"required: the decision cites the act and the paragraph."`
	AppealDays  Number `key:"appeal_days" doc:"Days to appeal, from the day that counts as served; the last one moves to a working day where there is a calendar."`
	Source      Text   `key:"source" doc:"Where it was read: a name under sources."`
	Certainty   Text   `key:"certainty" words:"S D U" doc:"S, D or U."`
	Note        Text   `key:"note" doc:"What a reader must know about it."`
}

func (d *Deciding) at(pos Position) { d.Position = pos }

// Calendar says which days are not worked on.
type Calendar struct {
	Position
	Weekend   []Text    `key:"weekend" words:"mon tue wed thu fri sat sun" doc:"Days of the week that are not worked on."`
	Holidays  []Holiday `key:"holidays" doc:"Days that are not worked on beside them."`
	Source    Text      `key:"source" doc:"Where it was read: a name under sources."`
	Certainty Text      `key:"certainty" words:"S D U" doc:"S, D or U."`
	Note      Text      `key:"note" doc:"What a reader must know about it."`
}

func (c *Calendar) at(pos Position) { c.Position = pos }

// Holiday is a day of every year, one that moves with Easter, or a single one.
type Holiday struct {
	Position
	On     Text   `key:"on" doc:"MM-DD: a day of every year; YYYY-MM-DD: a single one. Years before the first single day and after the last are not known."`
	Easter Number `key:"easter" doc:"Days after Easter Sunday of the western churches; 0 is that Sunday, -2 Good Friday."`
}

func (h *Holiday) at(pos Position) { h.Position = pos }

// Service says on which day what is sent counts as served, by the channel.
type Service struct {
	Position
	Hand           *Channel `key:"hand" doc:"Handed over."`
	RegisteredPost *Channel `key:"registered_post" doc:"Sent by registered post."`
	EDelivery      *Channel `key:"e_delivery" doc:"Sent by an electronic delivery service."`
	PublicNotice   *Channel `key:"public_notice" doc:"Published, where the person cannot be reached."`
	Source         Text     `key:"source" doc:"Where it was read: a name under sources."`
	Certainty      Text     `key:"certainty" words:"S D U" doc:"S, D or U."`
	Note           Text     `key:"note" doc:"What a reader must know about it."`
}

func (s *Service) at(pos Position) { s.Position = pos }

// Channel is one way of serving.
type Channel struct {
	Days Number `key:"days,required" doc:"Days after the sending on which it counts as served; 0: that day."`
}

// Channels are the channels that a file has, by their keys, in the order of the keys.
func (s *Service) Channels() []Named[Channel] {
	var out []Named[Channel]
	for _, c := range []struct {
		name string
		is   *Channel
	}{{"hand", s.Hand}, {"registered_post", s.RegisteredPost}, {"e_delivery", s.EDelivery}, {"public_notice", s.PublicNotice}} {
		if c.is != nil {
			out = append(out, Named[Channel]{Text{c.is.Days.Position, c.name}, *c.is})
		}
	}
	return out
}
