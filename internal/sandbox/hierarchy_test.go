package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCgroupParents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mounts, own string
		want        map[string]string
	}{
		"unified": {
			mounts: "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n",
			own:    "0::/system.slice/slipway.service\n",
			want:   map[string]string{"unified": "/sys/fs/cgroup/slipway"},
		},
		"hybrid": {
			mounts: "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n" +
				"cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n" +
				"cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0\n" +
				"cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n",
			own: "4:memory:/box/7\n3:cpu,cpuacct:/\n0::/\n",
			want: map[string]string{
				"memory": "/sys/fs/cgroup/memory/box/7/slipway", "cpu": "/sys/fs/cgroup/cpu,cpuacct/slipway",
				"unified": "/sys/fs/cgroup/unified/slipway",
			},
		},
		"none": {mounts: "proc /proc proc rw 0 0\n", want: map[string]string{}},
	} {
		if diff := cmp.Diff(c.want, cgroupParents(strings.NewReader(c.mounts), c.own)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
