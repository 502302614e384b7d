package main

import "errors"

// version is what this release calls itself; its answers carry it.
const version = "2"

// reserve sets seats aside for an order. The house holds a million.
func reserve(number int64) error {
	if number > 1_000_000 {
		return errors.New("sold out")
	}
	return nil
}
