package main

import "google.golang.org/genproto/googleapis/type/date"

func birth(year int32) *date.Date { return &date.Date{Year: year, Month: 5, Day: 5} }
