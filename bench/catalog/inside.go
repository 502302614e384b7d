package main

import (
	"sync"
	"syscall"
	"time"

	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/manifest"
)

// inside measures each part in this process, as slipway check does it: files are parsed at the
// same time, the catalog is made while references are checked, and all cores look at it.
func inside(files []file, r *report) error {
	all, used := time.Now(), cpu()
	found, problems := parse(files, r.Cores)
	r.Parse = time.Since(all).Seconds()
	if err := problems.Err(); err != nil {
		return err
	}
	checked := make(chan error)
	go func() {
		stop := timed(&r.Check)
		err := manifest.Check(found, nil, false).Err()
		stop()
		checked <- err
	}()
	c := made(found, &r.Catalog)
	look(c, r)
	if err := <-checked; err != nil {
		return err
	}
	r.Total, r.CPU = time.Since(all).Seconds(), (cpu() - used).Seconds()

	defer timed(&r.Estimate)()
	for _, f := range c.Flows() {
		c.Estimate(f.Name)
	}
	return nil
}

func made(found []manifest.Resource, seconds *float64) *catalog.Catalog {
	defer timed(seconds)()
	return catalog.Of(found)
}

func look(c *catalog.Catalog, r *report) {
	defer timed(&r.Findings)()
	parts := make([][]catalog.Finding, r.Cores)
	var all sync.WaitGroup
	for i := range parts {
		all.Go(func() { parts[i] = c.FindingsIn(i, len(parts)) })
	}
	all.Wait()
	r.Found = len(catalog.Ordered(parts...))
}

// timed gives what is called at the end of what is measured.
func timed(seconds *float64) func() {
	begin := time.Now()
	return func() { *seconds = time.Since(begin).Seconds() }
}

// cpu is what this process has used of all cores.
func cpu() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// parse reads the files on all cores.
func parse(files []file, cores int) ([]manifest.Resource, manifest.Problems) {
	found, problems := make([][]manifest.Resource, len(files)), make([]manifest.Problems, len(files))
	next := make(chan int)
	var all sync.WaitGroup
	for range cores {
		all.Go(func() {
			for i := range next {
				found[i], problems[i] = manifest.Look(files[i].name, files[i].data)
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	all.Wait()
	var out []manifest.Resource
	var wrong manifest.Problems
	for i := range files {
		out, wrong = append(out, found[i]...), append(wrong, problems[i]...)
	}
	return out, wrong
}
