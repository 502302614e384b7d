package main

import "time"

// version is what this release calls itself; its answers carry it.
const version = "2"

const headline = "On this month"

type concert struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Place string `json:"place"`
	Price string `json:"price"`
}

func concerts() []concert {
	return []concert{
		{ID: "winter-songs", Title: "Winter songs", Place: "Old Harbour Hall", Price: "42 €"},
		{ID: "brass-by-night", Title: "Brass by night", Place: "Boiler House", Price: "42 €"},
		{ID: "four-cellos", Title: "Four cellos", Place: "St. Anne's", Price: "42 €"},
	}
}

// compare asks each hall, one after the other, whether a concert is there already. All is
// right but that whoever publishes one waits for it. Nobody else does.
func compare(concert) {
	for range halls {
		time.Sleep(asking)
	}
}

const (
	halls  = 5
	asking = 30 * time.Millisecond
)
