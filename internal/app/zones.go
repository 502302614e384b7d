package app

import _ "time/tzdata" // a gate's time zone means the same on a machine that has none installed
