package main

// version is what this release calls itself; its answers carry it.
const version = "2"

const headline = "On this month"

type concert struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Place string `json:"place"`
	Price string `json:"price"`
}

// concerts forgets to ask for this month's list: it starts, it is healthy, and it shows nothing.
func concerts() []concert {
	return []concert{}
}

// compare looks whether a concert is there already, before it is published.
func compare(concert) {}
