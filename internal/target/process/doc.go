// Package process runs instances as processes of this machine. Each has a shim as its
// parent, which outlives the control plane; so a restarted one adopts what runs.
//
//	<Dir>/instances/<id>/   lock, socket, work/, tmp/, config/, secrets/ and
//	                        instance.json (what was ensured), state.json (by the shim), healthy.json
//	<Dir>/logs/<id>/        kept when the instance is gone
//
// Who has an instance holds its lock: first the target that prepares it, then, without a
// gap, the shim that inherits the file. That is what makes Ensure safe against itself, in
// this process and in others, and against SIGKILL at any point.
package process
