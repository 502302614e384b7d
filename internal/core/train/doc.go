// Package train has the machine by which several services go into an environment together.
package train
