package gateway

import (
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var english = text{
	Lang: "en", OtherLang: "lt", OtherName: "Lietuvių",

	Service:  "Social housing waiting list",
	AskTitle: "See your place on the list",
	Intro:    "Enter your application number and the access code that you were given when it was registered.",

	Reference: "Application number",
	Code:      "Access code",
	CodeHint:  "Five groups of four characters. You may leave out the hyphens; capital and small letters are the same.",
	Submit:    "Show my place",
	Lost:      "No access code, or lost it? Ask the municipality that keeps the list.",

	Error:      "Error",
	NotFound:   "There is no application with this number and this access code. Check both and try again.",
	Busy:       "We cannot answer now. Try again in a minute. Your place does not change because of this.",
	Unreadable: "We could not read what you entered. Fill in the fields again.",
	Foreign:    "The form was sent from another site. Fill in the fields on this page.",

	PlaceTitle:   "Your place on the list",
	NoPlaceTitle: "Your application",
	Of:           "of",
	InAll:        "waiting",

	Status:  "Status of the application",
	Offer:   "A home is offered to you",
	Next:    "What to do next",
	Missing: "What is missing",
	Place:   "In detail",

	OfferID:   "Number of the offer",
	Unit:      "Home",
	District:  "District",
	Deadline:  "Answer by",
	Inclusive: "(that day included)",
	NotServed: "The time to answer runs from the day on which you are given the written offer.",

	List:           "List",
	Ahead:          "Waiting before you",
	AheadOutOfTurn: "Of them out of turn",
	NeedClass:      "Group of homes that suit you",
	PlaceInClass:   "Place in this group",
	Housed:         "Housed from this list in 12 months",

	Moves: "Your place can change. It moves up when others are housed or leave the list, and down when someone is granted housing out of turn " +
		"or is given back a former place. We cannot promise when you will be housed.",
	AsOf:   "The list as of",
	Policy: "Rules:",
	Done:   "Finish",

	AnswerOffer: "Read the written offer, view the home and answer in time whether you accept it. If you do not answer in time, or refuse without a good reason, " +
		"it can affect your place on the list.",
	SendMissing: "Give the municipality what is missing. The date of registration stays the same.",

	standings: map[eilev1.ApplicationStatus]standing{
		eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED: {
			"We have your application, but it is not on the list yet: we do not have all the facts.",
			"Nothing for now. If papers are missing, we will tell you.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING: {
			"You are on the list and waiting for your turn.",
			"Nothing for now. When it is your turn, you will be sent a written offer. If your family, income, assets, home or address have changed, tell the municipality.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD: {
			"Something about your application has to be decided. You keep your place, but no home is offered until then.",
			"If you were asked for facts or papers, send them in time. If you do not know what is being decided, ask the municipality.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED: {
			"By a decision, your application is suspended for a time.",
			"The decision says why and until when, and how to appeal.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED: {
			"You accepted an offer. The home is kept for you until the lease is signed.",
			"Wait to be called to sign the lease. If your income, assets or family have changed, say so at once: your right to a home is checked again before the lease.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED: {
			"You have been given a home.",
			"Nothing more under this application.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED: {
			"The application was rejected by a decision.",
			"The decision gives the reasons and says how to appeal.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN: {
			"The application was withdrawn.",
			"If you did not withdraw it, contact the municipality at once.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED: {
			"The application was removed from the list by a decision.",
			"The decision gives the reasons and says how to appeal.",
		},
	},
	unknown: standing{
		"We cannot show the status of the application here.",
		"Contact the municipality that keeps the list.",
	},
	facts: map[string]string{
		"birth_date":         "date of birth",
		"sex":                "sex",
		"declared_residence": "declared residence",
		"net_income_cents":   "net income of the year",
		"assets_cents":       "value of assets",
		"declared_year":      "declaration of assets and income",
		"owns_home":          "whether you own a home",
		"home_area_sqm":      "floor area of the home you own",
		"home_wear_percent":  "wear of the home you own",
		"ground_since":       "since when the ground for housing out of turn holds",
	},
	member:    func(number string) string { return "household member " + number },
	date:      func(t time.Time) string { return t.Format("2\u00a0January 2006") },
	thousands: ",",
}
