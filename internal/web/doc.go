// Package web is the page: sign-in, the board of services and environments, the deployment
// with its gate and its judge, the business flows and how they do, and the tasks of who looks. It decides nothing: every question and command
// goes through Control in the name of who is signed in.
//
// Every page is plain HTML that works without script: links, and forms that answer with a
// redirect. Script keeps what is seen live (server-sent events) and speaks to passkeys; it
// is bundled from assets/ into dist/ (make build). Templates are in *.templ files (make
// generate).
package web
