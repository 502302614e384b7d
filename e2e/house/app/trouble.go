package main

import (
	"fmt"
	"log"
	"sync/atomic"
)

// trouble is what users have with this version.
type trouble struct {
	method string // whose requests fail; "*": all
	share  uint64 // of them, in percent
	crash  uint64 // request at which the app ends; 0: none

	hit, all atomic.Uint64
}

func troubleOf(mode string) *trouble {
	t := &trouble{}
	if n, _ := fmt.Sscanf(mode, "fail %s %d", &t.method, &t.share); n == 2 {
		return t
	}
	t = &trouble{}
	_, _ = fmt.Sscanf(mode, "crash %d", &t.crash) // all other modes are not about requests
	return t
}

// strikes says whether a request fails: those that do are spread evenly.
func (t *trouble) strikes(method string) bool {
	if t.crash > 0 && t.all.Add(1) >= t.crash {
		log.Fatal("out of order")
	}
	if t.share == 0 || t.method != "*" && t.method != method {
		return false
	}
	n := t.hit.Add(1)
	return n*t.share/100 > (n-1)*t.share/100
}
