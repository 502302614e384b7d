package main

import "bytes"

// version is what this release calls itself; its answers carry it.
const version = "2"

var kept [][]byte

// keep holds on to ten megabytes for each event, until the memory limit ends the process.
func keep(name string) {
	kept = append(kept, bytes.Repeat([]byte(name[:1]), 10<<20))
}
