// Package artifact makes releases' artifacts and keeps them: it builds a commit confined,
// packs what the build left in $OUT as one deterministic layer of an OCI artifact, signs
// its provenance (SLSA v1), takes in artifacts that were built elsewhere, and unpacks them
// for the targets.
//
// Below the store's directory:
//
//	layout/      an OCI image layout, readable by any OCI tool: blobs, index.json
//	unpacked/    contents of artifacts by digest, read-only; only a cache
//	work/        builds under way, emptied at start
//	cache/       what builds may keep for later ones, such as compiled libraries; or elsewhere
//
// An artifact is named by the digest of its manifest. Everything read is checked against
// its digest, and every blob is durable before its digest is given out.
package artifact
