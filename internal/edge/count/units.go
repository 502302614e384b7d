package count

import (
	"hash/maphash"
	"sync/atomic"
	"time"
)

// Units finds out which requests are the first of their user, step and clock minute. Its
// memory is fixed: 8 MB, in a table of hashes that knows who was there in this minute.
// When it is full, or when two requests of a user begin at the same moment while others
// take the place beside, a user may count more often; never is one missed because of
// others.
type Units struct {
	seed  maphash.Seed
	slots []atomic.Uint64 // 48 bits of a hash, 16 of the minute; 0: empty
}

const (
	unitSlots  = 1 << 20 // a power of two
	unitProbes = 8       // slots that a hash may be in: a cache line
	minuteBits = 16
)

// NewUnits makes an empty table.
func NewUnits() *Units {
	return &Units{seed: maphash.MakeSeed(), slots: make([]atomic.Uint64, unitSlots)}
}

// Hash gives a user, or what else there is one of, as First wants it. Nobody outside can
// choose one that collides with another.
func (u *Units) Hash(kind byte, who string) uint64 {
	var h maphash.Hash
	h.SetSeed(u.seed)
	_ = h.WriteByte(kind) // it never fails
	_, _ = h.WriteString(who)
	return h.Sum64()
}

// First says whether a user is seen for the first time at a step within the clock minute.
func (u *Units) First(user, step uint64, at time.Time) bool {
	h := mix(user ^ mix(step))
	minute := 1 + uint64(at.Unix()/60)%(1<<minuteBits-1) // 0 is of empty slots
	want := h&^(1<<minuteBits-1) | minute
	line := u.slots[h%(unitSlots/unitProbes)*unitProbes:][:unitProbes]
	for {
		free, old := -1, uint64(0)
		for i := range line {
			slot := line[i].Load()
			if slot == want {
				return false
			}
			if free < 0 && slot&(1<<minuteBits-1) != minute {
				free, old = i, slot
			}
		}
		if free < 0 {
			line[h>>minuteBits%unitProbes].Store(want) // full: somebody else is forgotten
			return true
		}
		if line[free].CompareAndSwap(old, want) {
			return true
		}
	}
}

// mix spreads the bits of a number (the finalizer of SplitMix64: Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
