package main

import (
	"sync"
	"syscall"
	"time"

	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/manifest"
)

// inside measures each part in this process.
func inside(files []file, r *report) error {
	all, used := time.Now(), cpu()
	found, problems := parse(files, r.Cores)
	r.Parse = time.Since(all).Seconds()
	if err := problems.Err(); err != nil {
		return err
	}
	begin := time.Now()
	if err := manifest.Check(found, nil, false).Err(); err != nil {
		return err
	}
	r.Check = time.Since(begin).Seconds()

	begin = time.Now()
	c := catalog.Of(found)
	r.Catalog = time.Since(begin).Seconds()

	begin = time.Now()
	r.Found = len(c.Findings())
	r.Findings = time.Since(begin).Seconds()
	r.Total, r.CPU = time.Since(all).Seconds(), (cpu() - used).Seconds()

	begin = time.Now()
	for _, f := range c.Flows() {
		c.Estimate(f.Name, nil)
	}
	r.Estimate = time.Since(begin).Seconds()
	return nil
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
				found[i], problems[i] = manifest.Parse(files[i].name, files[i].data)
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
