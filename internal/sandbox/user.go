package sandbox

import "hash/fnv"

// The users below are above the ranges of systemd and of subuid(5). Nothing on the machine
// is theirs but what they are given.
const (
	firstUser = 1_900_000_000
	users     = 100_000_000
	guest     = firstUser - 1
)

// Guest gives the user for commands that leave nothing behind and for builds, whose files
// are given to it. Root without capabilities would still own /etc/shadow and the sockets of
// every daemon. 0, to stay the user that one is: if one may not change it, or cannot show
// the command a view of the machine in which it reaches its files.
func (h Host) Guest() int { return h.user(guest) }

// UserOf gives the user for what is known by a key: one that nobody else is. 0: as Guest.
func (h Host) UserOf(key string) int {
	sum := fnv.New32a()
	sum.Write([]byte(key))
	return h.user(firstUser + int(sum.Sum32()%users))
}

func (h Host) user(uid int) int {
	if !h.Root || !h.Namespaces {
		return 0
	}
	return uid
}
