package gateway

import (
	"fmt"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var lithuanian = text{
	Lang: "lt", OtherLang: "en", OtherName: "English",

	Service:  "Socialinio būsto eilė",
	AskTitle: "Sužinokite savo vietą eilėje",
	Intro:    "Įrašykite prašymo numerį ir prieigos kodą, kurį gavote registruodami prašymą.",

	Reference: "Prašymo numeris",
	Code:      "Prieigos kodas",
	CodeHint:  "Penkios grupės po keturis ženklus. Brūkšnelių rašyti nebūtina, didžiosios ir mažosios raidės nesiskiria.",
	Submit:    "Rodyti mano vietą",
	Lost:      "Neturite prieigos kodo arba jį pametėte? Kreipkitės į savivaldybę, kuri tvarko sąrašą.",

	Error:      "Klaida",
	NotFound:   "Prašymo su tokiu numeriu ir tokiu prieigos kodu nėra. Patikrinkite abu ir bandykite dar kartą.",
	Busy:       "Šiuo metu atsakyti negalime. Pabandykite po minutės. Jūsų vieta dėl to nesikeičia.",
	Unreadable: "Nepavyko perskaityti, ką įrašėte. Užpildykite laukus dar kartą.",
	Foreign:    "Forma išsiųsta iš kitos svetainės. Užpildykite laukus šiame puslapyje.",

	PlaceTitle:   "Jūsų vieta eilėje",
	NoPlaceTitle: "Jūsų prašymas",
	Of:           "iš",
	InAll:        "laukiančių",

	Status:  "Prašymo būsena",
	Offer:   "Jums siūlomas būstas",
	Next:    "Ką daryti toliau",
	Missing: "Ko trūksta",
	Place:   "Išsamiau",

	OfferID:   "Pasiūlymo numeris",
	Unit:      "Būstas",
	District:  "Rajonas",
	Deadline:  "Atsakykite iki",
	Inclusive: "(imtinai)",
	NotServed: "Terminas bus skaičiuojamas nuo dienos, kurią Jums bus įteiktas rašytinis pasiūlymas.",

	List:           "Sąrašas",
	Ahead:          "Laukia prieš Jus",
	AheadOutOfTurn: "Iš jų ne eilės tvarka",
	NeedClass:      "Jums tinkamo būsto grupė",
	PlaceInClass:   "Vieta šioje grupėje",
	Housed:         "Iš šio sąrašo būstą gavo per 12 mėnesių",

	Moves: "Vieta gali keistis. Pasislenkate į priekį, kai kiti gauna būstą arba išbraukiami iš sąrašo, ir atgal, kai kam nors pripažįstama teisė gauti būstą " +
		"ne eilės tvarka arba grąžinama ankstesnė vieta. Kada gausite būstą, pažadėti negalime.",
	AsOf:   "Sąrašo būklė:",
	Policy: "Taisyklės:",
	Done:   "Baigti",

	AnswerOffer: "Perskaitykite rašytinį pasiūlymą, apžiūrėkite būstą ir laiku atsakykite, ar sutinkate. Jei laiku neatsakysite arba atsisakysite be svarbios " +
		"priežasties, tai gali turėti įtakos Jūsų vietai sąraše.",
	SendMissing: "Pateikite savivaldybei tai, ko trūksta. Prašymo registracijos data dėl to nesikeis.",

	standings: map[eilev1.ApplicationStatus]standing{
		eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED: {
			"Prašymą gavome, bet į sąrašą jis dar neįrašytas: neturime visų duomenų.",
			"Kol kas nieko daryti nereikia. Jei trūks dokumentų, apie tai pranešime.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING: {
			"Esate sąraše ir laukiate savo eilės.",
			"Kol kas nieko daryti nereikia. Atėjus eilei, gausite rašytinį pasiūlymą. Jei pasikeitė šeima, pajamos, turtas, būstas ar adresas, praneškite savivaldybei.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD: {
			"Dėl Jūsų prašymo turi būti priimtas sprendimas. Vieta sąraše išlieka, bet iki sprendimo būstas nesiūlomas.",
			"Jei prašėme duomenų ar dokumentų, pateikite juos laiku. Jei nežinote, dėl ko sprendžiama, klauskite savivaldybės.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED: {
			"Jūsų laukimas sąraše sprendimu laikinai sustabdytas.",
			"Sprendime nurodyta, kodėl ir iki kada sustabdyta ir kaip sprendimą apskųsti.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED: {
			"Sutikote su pasiūlymu. Būstas Jums rezervuotas, kol bus sudaryta nuomos sutartis.",
			"Laukite kvietimo sudaryti nuomos sutartį. Jei pasikeitė pajamos, turtas ar šeima, praneškite iš karto: prieš sudarant sutartį teisė į būstą tikrinama dar kartą.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED: {
			"Būstas Jums suteiktas.",
			"Pagal šį prašymą nieko daryti nebereikia.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED: {
			"Prašymas sprendimu atmestas.",
			"Sprendime nurodytos priežastys ir kaip jį apskųsti.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN: {
			"Prašymas atsiimtas.",
			"Jei prašymo neatsiėmėte, nedelsdami kreipkitės į savivaldybę.",
		},
		eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED: {
			"Prašymas sprendimu išbrauktas iš sąrašo.",
			"Sprendime nurodytos priežastys ir kaip jį apskųsti.",
		},
	},
	unknown: standing{
		"Prašymo būsenos čia parodyti negalime.",
		"Kreipkitės į savivaldybę, kuri tvarko sąrašą.",
	},
	facts: map[string]string{
		"birth_date":         "gimimo data",
		"sex":                "lytis",
		"declared_residence": "deklaruota gyvenamoji vieta",
		"net_income_cents":   "metinės grynosios pajamos",
		"assets_cents":       "turto vertė",
		"declared_year":      "turto ir pajamų deklaracija",
		"owns_home":          "ar turite nuosavą būstą",
		"home_area_sqm":      "turimo būsto naudingasis plotas",
		"home_wear_percent":  "turimo būsto nusidėvėjimas",
		"ground_since":       "nuo kada yra pagrindas gauti būstą ne eilės tvarka",
	},
	member:    func(number string) string { return "šeimos narys Nr.\u00a0" + number },
	date:      lithuanianDate,
	thousands: "\u00a0",
}

var lithuanianMonths = [...]string{
	"sausio", "vasario", "kovo", "balandžio", "gegužės", "birželio",
	"liepos", "rugpjūčio", "rugsėjo", "spalio", "lapkričio", "gruodžio",
}

func lithuanianDate(t time.Time) string {
	return fmt.Sprintf("%d\u00a0m. %s %d\u00a0d.", t.Year(), lithuanianMonths[t.Month()-1], t.Day())
}
