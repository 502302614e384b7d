// Package interp runs workflows: one run is one machine, run/<id>.
package interp
