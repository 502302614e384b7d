package artifact

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"slipway.dev/internal/core/fault"
)

// Bounds of an artifact's contents.
const (
	MaxFiles = 200_000
	MaxSize  = 4 << 30 // bytes
)

// pack stores the files below dir as one layer: an uncompressed tar whose bytes depend on
// nothing but names, contents, links and executable bits, and the given time. It is not
// compressed because it is made and unpacked on the way to every deployment.
func (b *blobs) pack(ctx context.Context, dir string, at time.Time) (ocispec.Descriptor, error) {
	count := &counter{hash: sha256.New()}
	if err := writeTar(ctx, count, dir, at); err != nil {
		return ocispec.Descriptor{}, err
	}
	desc := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageLayer, Size: count.n,
		Digest: digest.NewDigest(digest.SHA256, count.hash),
	}
	r, w := io.Pipe() // written again rather than kept: the files are in memory now
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(writeTar(ctx, w, dir, at))
	}()
	err := b.Push(ctx, desc, r)
	r.Close()
	<-done
	return desc, err
}

// counter hashes and counts.
type counter struct {
	hash hash.Hash
	n    int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.hash.Write(p)
}

func writeTar(ctx context.Context, out io.Writer, dir string, at time.Time) error {
	root, err := openOwn(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	p := packer{root: root, tar: tar.NewWriter(out), at: at.UTC().Truncate(time.Second)}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error { // in the order of names
		if err != nil || name == "." {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return p.add(name, d)
	})
	if err != nil {
		return err
	}
	if p.files == 0 {
		return errEmpty
	}
	return p.tar.Close()
}

// openOwn opens a directory that a build could have replaced, also by a link to another one.
func openOwn(dir string) (*os.Root, error) {
	parent, err := os.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	if info, err := parent.Lstat(filepath.Base(dir)); err != nil || !info.IsDir() {
		return nil, fault.New(fault.Refused, "$OUT is not the directory any more that the build was given").
			WithHint("write into it, rather than replace it")
	}
	return parent.OpenRoot(filepath.Base(dir))
}

var errEmpty = errors.New("there is nothing in it")

type packer struct {
	root  *os.Root
	tar   *tar.Writer
	at    time.Time
	files int
	bytes int64
}

func (p *packer) add(name string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: 0o644, ModTime: p.at, Format: tar.FormatPAX}
	switch {
	case d.IsDir():
		h.Typeflag, h.Name, h.Mode = tar.TypeDir, name+"/", 0o755
	case info.Mode().IsRegular():
		h.Typeflag, h.Size = tar.TypeReg, info.Size()
		if info.Mode()&0o111 != 0 {
			h.Mode = 0o755
		}
	case info.Mode()&fs.ModeSymlink != 0:
		h.Typeflag, h.Mode = tar.TypeSymlink, 0o777
		if h.Linkname, err = p.root.Readlink(name); err != nil {
			return err
		}
		if !inside(name, h.Linkname) {
			return fault.New(fault.Refused, "%q is a symbolic link to %q, which leads out of $OUT", name, h.Linkname).
				WithHint("copy what it points to, or make it relative")
		}
	default:
		return fault.New(fault.Refused, "%q in $OUT is neither a file nor a directory nor a symbolic link, but %s", name, info.Mode().Type())
	}
	if !d.IsDir() {
		p.files++
	}
	p.bytes += h.Size
	if p.files > MaxFiles || p.bytes > MaxSize {
		return fault.New(fault.TooLarge, "$OUT has over %d files or %d bytes", MaxFiles, int64(MaxSize)).
			WithHint("write only what runs into $OUT, not sources or caches")
	}
	if err := p.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("pack %q: %w", name, err)
	}
	if h.Typeflag != tar.TypeReg {
		return nil
	}
	f, err := p.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.CopyN(p.tar, f, h.Size); err != nil {
		return fmt.Errorf("pack %q: %w", name, err)
	}
	return nil
}

// inside says whether a symbolic link's target is relative and, read as text, below the root.
func inside(name, target string) bool {
	if target == "" || filepath.IsAbs(target) {
		return false
	}
	joined := path.Join(path.Dir(name), target)
	return joined == "." || fs.ValidPath(joined)
}
