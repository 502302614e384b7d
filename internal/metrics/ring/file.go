package ring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// A frame is a record in a file that is appended to: its length, its checksum, itself.
const frameHead = 8

func appendFrame(b, record []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(record)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(record, castagnoli))
	return append(b, record...)
}

// readFrames gives the records up to the first one that is torn or damaged, or that is
// refused, and how long all that is.
func readFrames(raw []byte, each func(record []byte) error) (good int, err error) {
	for len(raw)-good >= frameHead {
		rest := raw[good:]
		size := int(binary.LittleEndian.Uint32(rest))
		if size > len(rest)-frameHead {
			return good, errShort
		}
		record := rest[frameHead : frameHead+size]
		if crc32.Checksum(record, castagnoli) != binary.LittleEndian.Uint32(rest[4:]) {
			return good, errSum
		}
		if err := each(record); err != nil {
			return good, err
		}
		good += frameHead + size
	}
	if good < len(raw) {
		return good, errShort
	}
	return good, nil
}

// appender is a file that is appended to.
type appender struct {
	f    *os.File
	size int64
}

func openAppender(name string, size int64) (*appender, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(size); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &appender{f, size}, nil
}

// append writes and syncs. After an error the file is as it was: half of a record would hide
// all that came after it.
func (a *appender) append(b []byte) error {
	_, err := a.f.WriteAt(b, a.size)
	if err == nil {
		err = a.f.Sync()
	}
	if err != nil {
		return errors.Join(err, a.f.Truncate(a.size))
	}
	a.size += int64(len(b))
	return nil
}

func (a *appender) close() error {
	if a == nil {
		return nil
	}
	return a.f.Close()
}

// replace writes a file whole, or not at all.
func replace(name string, content []byte) error {
	f, err := os.OpenFile(name+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(name+".new", name)
	}
	if err != nil {
		_ = os.Remove(name + ".new")
		return err
	}
	return syncDir(filepath.Dir(name))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// aside renames a file that is damaged, so that it can be looked at.
func aside(name string, cause error) error {
	if err := os.Rename(name, name+".bad"); err != nil {
		return fmt.Errorf("%w; and it cannot be set aside: %w", cause, err)
	}
	return nil
}
