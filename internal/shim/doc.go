// Package shim is the parent of one instance's process. It outlives the control plane: it
// keeps the app running, takes its output into rotated files, and answers on a socket.
//
// A shim is the own binary, executed again by the process target, with its order on
// standard input and the instance's lock as an inherited file. It is the init of a PID
// namespace where the host gives one, so that nothing of an instance outlives its shim.
//
//	starting ── running ── exited ── waiting (back-off) ── starting …
//	    └─ failed   └────────────── stopping ── stopped, and the shim exits
package shim
