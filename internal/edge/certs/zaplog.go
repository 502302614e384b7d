package certs

import (
	"context"
	"log/slog"

	"go.uber.org/zap/zapcore"
)

// zapToSlog writes to the edge's log what certmagic, which knows zap only, has to say. Its
// steps are details.
type zapToSlog struct{ log *slog.Logger }

func slogLevel(l zapcore.Level) slog.Level {
	switch {
	case l <= zapcore.InfoLevel:
		return slog.LevelDebug
	case l == zapcore.WarnLevel:
		return slog.LevelWarn
	}
	return slog.LevelError
}

// Enabled says whether a level is written.
func (z zapToSlog) Enabled(l zapcore.Level) bool {
	return z.log.Enabled(context.Background(), slogLevel(l))
}

// With adds fields to all that is written.
func (z zapToSlog) With(fields []zapcore.Field) zapcore.Core {
	return zapToSlog{slog.New(z.log.Handler().WithAttrs(attributes(fields)))}
}

// Check takes part in an entry that is to be written.
func (z zapToSlog) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if z.Enabled(e.Level) {
		return c.AddCore(e, z)
	}
	return c
}

// Write writes an entry.
func (z zapToSlog) Write(e zapcore.Entry, fields []zapcore.Field) error {
	z.log.LogAttrs(context.Background(), slogLevel(e.Level), "certificates: "+e.Message, attributes(fields)...)
	return nil
}

// Sync has nothing to do: nothing is kept.
func (z zapToSlog) Sync() error { return nil }

func attributes(fields []zapcore.Field) []slog.Attr {
	var out []slog.Attr
	for _, f := range fields {
		enc := zapcore.NewMapObjectEncoder()
		f.AddTo(enc)
		for key, value := range enc.Fields {
			out = append(out, slog.Any(key, value))
		}
	}
	return out
}
