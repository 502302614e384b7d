package store

import (
	"context"
	"errors"

	"slipway.dev/internal/core/fault"
)

// ErrLost is in the chain of every error that says: another leads now, and nothing was
// written.
var ErrLost = errors.New("the lease was lost")

// ErrUnknown is in the chain when it could not be found out whether a commit took place.
var ErrUnknown = errors.New("it is not known whether the commit took place")

// fail makes an error of the edges of a database's error; nil stays nil, and what is
// one already stays as it is.
func (s *Store) fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if f := s.dialect.classify(err); f != nil {
		f.Text = doing + ": " + f.Text
		return f.Because(err)
	}
	return fault.New(fault.Internal, "%s failed", doing).Because(err)
}
