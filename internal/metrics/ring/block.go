package ring

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"iter"
	"slices"
	"sort"
)

// block is one tier's part of a period that is over, as it is on disk:
//
//	magic, start (seconds), number of entries, then for each group, shape, end of its chunk;
//	the chunks one after the other; the checksum of all that
type block struct {
	start   int64
	entries int
	raw     []byte
}

var (
	magic      = []byte("slipway metrics 1\n")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errSum     = errors.New("its checksum is wrong")
)

const (
	headSize  = 18 + 8 + 4
	entrySize = 4 + 4 + 4
)

type chunkKey struct{ group, shape uint32 }

func (a chunkKey) compare(b chunkKey) int {
	return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.shape, b.shape))
}

func newBlock(start int64, chunks map[chunkKey]*chunk) *block {
	keys := make([]chunkKey, 0, len(chunks))
	for k := range chunks {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, chunkKey.compare)
	raw := append([]byte{}, magic...)
	raw = binary.LittleEndian.AppendUint64(raw, uint64(start))
	raw = binary.LittleEndian.AppendUint32(raw, uint32(len(keys)))
	var data []byte
	for _, k := range keys {
		data = append(data, chunks[k].bytes()...)
		for _, n := range []uint32{k.group, k.shape, uint32(len(data))} {
			raw = binary.LittleEndian.AppendUint32(raw, n)
		}
	}
	return &block{start, len(keys), slices.Clip(summed(append(raw, data...)))}
}

// summed puts the checksum to the end.
func summed(raw []byte) []byte {
	return binary.LittleEndian.AppendUint32(raw, crc32.Checksum(raw, castagnoli))
}

// readBlock takes a block as it is on disk.
func readBlock(raw []byte) (*block, error) {
	if len(raw) < headSize+4 || !bytes.HasPrefix(raw, magic) {
		return nil, errShort
	}
	sum := binary.LittleEndian.Uint32(raw[len(raw)-4:])
	if crc32.Checksum(raw[:len(raw)-4], castagnoli) != sum {
		return nil, errSum
	}
	b := &block{int64(binary.LittleEndian.Uint64(raw[18:])), int(binary.LittleEndian.Uint32(raw[26:])), raw}
	if b.entries > (len(raw)-headSize-4)/entrySize {
		return nil, errShort
	}
	end, room := uint32(0), uint32(len(raw)-4-b.data())
	for i := range b.entries {
		next := b.field(i, 2)
		if next < end || next > room || i > 0 && b.key(i-1).compare(b.key(i)) >= 0 {
			return nil, errShort
		}
		end = next
	}
	return b, nil
}

func (b *block) data() int { return headSize + b.entries*entrySize }

func (b *block) field(entry, n int) uint32 {
	return binary.LittleEndian.Uint32(b.raw[headSize+entry*entrySize+4*n:])
}

func (b *block) key(entry int) chunkKey { return chunkKey{b.field(entry, 0), b.field(entry, 1)} }

func (b *block) chunk(entry int) []byte {
	from := uint32(0)
	if entry > 0 {
		from = b.field(entry-1, 2)
	}
	return b.raw[b.data()+int(from) : b.data()+int(b.field(entry, 2))]
}

// of gives a group's chunks by their shapes.
func (b *block) of(group uint32) iter.Seq2[uint32, []byte] {
	return func(yield func(uint32, []byte) bool) {
		i := sort.Search(b.entries, func(i int) bool { return b.field(i, 0) >= group })
		for ; i < b.entries && b.field(i, 0) == group; i++ {
			if !yield(b.field(i, 1), b.chunk(i)) {
				return
			}
		}
	}
}
