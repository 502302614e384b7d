// Package web is the page: the board of services and environments, kept live by
// server-sent events. It only reads.
//
// Templates are in *.templ files (make generate); script is bundled from assets/ into
// dist/ (make build). Without the bundle the page is plain HTML that reloads itself.
package web
