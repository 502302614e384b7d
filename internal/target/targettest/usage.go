package targettest

import (
	"strconv"

	"slipway.dev/internal/target"
)

// saysUse burns and holds, and looks whether that is seen, also of what has ended meanwhile.
func saysUse(b *bed) {
	const burnt, held = 0.3, 48 << 20
	busy, idle := Instance("busy", nil), Instance("idle", nil)
	b.ensure(busy)
	b.ensure(idle)
	s := b.healthy(busy.ID)
	b.healthy(idle.ID)
	before := b.usage(busy.ID)
	if before.Processes < 1 || before.MemoryBytes < 1<<20 || b.usage(idle.ID).Processes < 1 {
		b.Errorf("at first %+v, and idle %+v", before, b.usage(idle.ID))
	}
	last := before
	for _, args := range [][]string{{"for", "300ms", "child", "yes"}, {"for", "600ms"}} { // all of the app's own time
		if code, text := b.get(s, "/burn", args...); code != 200 {
			b.Fatalf("burn: %d %s", code, text)
		}
		now := b.usage(busy.ID)
		if now.CPUSeconds < last.CPUSeconds+burnt*0.5 {
			b.Errorf("after %v: was %v s of CPU time, is %v", args, last.CPUSeconds, now.CPUSeconds)
		}
		last = now
	}
	if code, text := b.get(s, "/hold", "bytes", strconv.Itoa(held)); code != 200 {
		b.Fatalf("hold: %d %s", code, text)
	}
	if now := b.usage(busy.ID); now.MemoryBytes < before.MemoryBytes+held/2 || now.CPUSeconds < last.CPUSeconds {
		b.Errorf("holding: was %+v, is %+v", last, now)
	}
	if quiet := b.usage(idle.ID); quiet.CPUSeconds > last.CPUSeconds/2 || quiet.MemoryBytes > held {
		b.Errorf("who does nothing uses %+v", quiet)
	}
	if err := b.Stop(b.Context(), idle.ID); err != nil {
		b.Fatal(err)
	}
	all, err := b.Usage(b.Context())
	if _, there := all[idle.ID]; there || err != nil {
		b.Errorf("who is gone uses %+v, %v", all[idle.ID], err)
	}
}

func (b *bed) usage(id string) target.Usage {
	b.Helper()
	all, err := b.Usage(b.Context())
	u, ok := all[id]
	if err != nil || !ok {
		b.Fatalf("use of %s: %+v, %v", id, all, err)
	}
	return u
}
