package edge

import (
	"log"
	"log/slog"
)

// debugLog is for what clients cause at will: broken connections, failed handshakes.
func debugLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
