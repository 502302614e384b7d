// Package starter looks at a repository and writes first manifests for it: what
// `slipway init` does. It guesses, says what it guessed and why, and what to check. It
// runs nothing, follows no symbolic link, and never overwrites a file.
package starter
