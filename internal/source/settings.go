package source

// settings are all the configuration that git sees. It is a file because git does not
// pass settings of the environment on to the program that serves a local repository.
const settings = `# Written at each start; changes are lost.
[core]
	hooksPath = /dev/null
	fsmonitor = false
	symlinks = false
	protectHFS = true
	protectNTFS = true
	attributesFile = /dev/null
	askPass = /bin/false
[credential]
	helper =
[safe]
	directory = *
[transfer]
	fsckObjects = true
[fetch]
	recurseSubmodules = false
	showForcedUpdates = false
[fetch "fsck"]
	# Harmless, and in the history of respectable projects.
	zeroPaddedFilemode = ignore
	missingSpaceBeforeDate = ignore
	missingSpaceBeforeEmail = ignore
	badTimezone = ignore
	badEmail = ignore
	badFilemode = ignore
	missingEmail = ignore
	missingNameBeforeEmail = ignore
[submodule]
	recurse = false
[gc]
	# A release may pin a commit that a force-push has left behind.
	pruneExpire = never
	autoDetach = false
	cruftPacks = true
[pack]
	threads = 1
[http]
	lowSpeedLimit = 1000
	lowSpeedTime = 30
[init]
	defaultBranch = main
[log]
	mailmap = false
	showSignature = false
[advice]
	detachedHead = false
`
