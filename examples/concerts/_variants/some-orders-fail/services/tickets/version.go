package main

import (
	"errors"
	"math/rand/v2"
)

// version is what this release calls itself; its answers carry it.
const version = "2"

// apart is how often the seats that are left do not lie side by side.
const apart = 0.05

// reserve seats customers side by side, and gives up where it cannot: five orders of a
// hundred, at any time and of any customer. Whoever tries it out sees it work.
func reserve(int64) error {
	if rand.Float64() < apart {
		return errors.New("no seats are side by side")
	}
	return nil
}
