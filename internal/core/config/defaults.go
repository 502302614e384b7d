package config

import "time"

// What holds where a manifest says nothing.
const (
	DefaultReplicas    = 1
	DefaultBatch       = 1
	DefaultStopGrace   = 10 * time.Second
	DefaultIdleTimeout = 1500 * time.Millisecond
	DefaultTimeout     = 60 * time.Second
	DefaultDeadline    = 60 * time.Second
	DefaultInterval    = time.Second     // between two looks at an instance's health
	DefaultLook        = 2 * time.Second // longest time of one
	DefaultCheck       = 5 * time.Second // longest time of a smoke check
	DefaultErrors      = 0.05
	DefaultMinimum     = 20
	DefaultObserve     = 30 * time.Second
	DefaultWarm        = 15 * time.Minute
	DefaultKeep        = 5
	DefaultPause       = 30 * time.Second
	DefaultMaximum     = time.Hour   // of judging, until a person is asked
	DefaultInternal    = time.Minute // until others follow those whose requests reach a release first
)
