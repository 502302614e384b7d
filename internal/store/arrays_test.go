package store

import "testing"

// TestWhatFitsIntoOneMessage cuts rows of long blobs, which share their bytes here.
func TestWhatFitsIntoOneMessage(t *testing.T) {
	t.Parallel()
	long := make([]byte, MaxBlob)
	var args []any
	for range 10 {
		args = append(args, "digest", long, int64(1))
	}
	var sizes []int
	for len(args) > 0 {
		n := blobRows.fit(args)
		sizes = append(sizes, n)
		args = args[n:]
	}
	if len(sizes) != 4 || sizes[0] != 9 || sizes[3] != 3 {
		t.Errorf("cut into %v", sizes)
	}
	if n := blobRows.fit([]any{"digest", make([]byte, 5*MaxBlob), int64(1)}); n != 3 {
		t.Errorf("one row is never cut: %d", n)
	}
}
