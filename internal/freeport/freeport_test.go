package freeport_test

import (
	"net"
	"testing"

	"slipway.dev/internal/freeport"
)

func TestAddressesDifferAndCanBeUsed(t *testing.T) {
	t.Parallel()
	found, err := freeport.Addresses(10)
	if err != nil || len(found) != 10 {
		t.Fatal(found, err)
	}
	for _, address := range found {
		l, err := net.Listen("tcp", address) // fails for one that is there twice
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
}

func TestTooMany(t *testing.T) {
	t.Parallel()
	if found, err := freeport.Find(5000); err == nil {
		t.Error(len(found))
	}
}

func TestNobodyElseGetsIt(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for range 50 {
		found, err := freeport.Find(3)
		if err != nil {
			t.Fatal(err)
		}
		for _, port := range found {
			if seen[port] {
				t.Errorf("%d is given twice", port)
			}
			seen[port] = true
		}
	}
}
