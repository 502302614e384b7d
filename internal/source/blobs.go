package source

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// blobs gives the contents of entries one after the other, from one git process.
func (m *Mirror) blobs(ctx context.Context, entries []entry, visit func(entry, io.Reader) error) error {
	if len(entries) == 0 {
		return nil
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	wanted, w := io.Pipe()
	go func() { // ends with the process: its end closes the pipe's reader
		b := bufio.NewWriter(w)
		for _, e := range entries {
			_, _ = b.WriteString(e.id + "\n") // Flush gives its error
		}
		w.CloseWithError(b.Flush())
	}()
	err := m.at("repo.git").stream(ctx, wanted, func(r io.Reader) error {
		out := bufio.NewReaderSize(r, 256<<10)
		for _, e := range entries {
			if err := oneBlob(out, e, visit); err != nil {
				return err
			}
		}
		return nil
	}, "cat-file", "--batch", "--buffer")
	wanted.Close()
	return m.judge(ctx, err)
}

// oneBlob reads "<id> blob <size>\n<content>\n".
func oneBlob(out *bufio.Reader, e entry, visit func(entry, io.Reader) error) error {
	head, err := out.ReadString('\n')
	if err != nil {
		return io.ErrUnexpectedEOF // git says why
	}
	f := strings.Fields(head)
	if len(f) != 3 || f[0] != e.id || f[1] != "blob" || f[2] != strconv.FormatInt(e.size, 10) {
		return fmt.Errorf("%w: %.80q instead of blob %s of %d bytes", ErrDamaged, strings.TrimSpace(head), e.id, e.size)
	}
	content := io.LimitReader(out, e.size)
	if err := visit(e, content); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return io.ErrUnexpectedEOF
	}
	if _, err := out.Discard(1); err != nil {
		return io.ErrUnexpectedEOF
	}
	return nil
}
