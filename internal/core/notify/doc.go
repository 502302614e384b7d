// Package notify has the machine of a channel: the way to one Integration. It sees to it that
// one flood does not become a thousand messages, that nothing is told twice, and that what
// could not be sent is tried again.
//
//	                 channel.told                          the window ends, nothing waits
//	(nothing) ─────────────────────▶ notify.send ─▶ window ──────────────────────────────▶ idle
//	                                      ▲          │  ▲                                    │
//	     the window ends: what was told   │          │  └── channel.told: it waits           │
//	     meanwhile goes as one message    └──────────┘                                       │
//	                                      └──────────────── channel.told ────────────────────┘
//
//	notify.send.failed ─▶ again after 10 s, 20 s, 40 s … 1 h ─▶ given up a day after it was first tried
//
// The first notice goes at once. What follows within the window (a minute; twice as long after
// each one that held more than a few notices, up to 15 minutes; half as long after each that
// did not) is gathered and sent as one message when it ends. A few urgent ones of each window
// (escalations, alerts, break-glass, security) do not wait; what waits goes with them. Of what waits
// only so much is kept; of the rest it is counted how many there were. One message is under
// way at a time.
package notify
