// Package job runs the commands of workflows: shell commands and scripts in the sandbox,
// containers by podman where there is one.
//
// A job sees a folder of its own, what every program of the system needs, and nothing else; it has no
// network unless it was given one. When Run returns, no process of it is left. What a job
// was given (code, environment, input) is in no argument of a process, for those are seen by everybody on
// the machine; it must therefore not be put into Arguments if it is a secret.
package job
