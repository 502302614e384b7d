// Package train has the machine by which several services go into an environment together: by
// one plan, in the order of their dependencies, by one verdict, and back in reverse order.
//
//	train.requested: order and migrations are checked; each lane gets deploy.requested
//	    │
//	    ▼        every door is open but for the train
//	gathering ◀────────────────────────────────────▶ going: the first goes in, and after each that
//	    │         one shuts, and none has begun        │    is completed the next
//	    │                                              ├──────────▶ completed ─── train.rollback ──┐
//	    │ train.abort, or a member ends                │ a member fails, is aborted, or does not   │
//	    ▼                                              ▼ go in within 15 minutes of its turn       │
//	 stopping: those that wait, or are under way, are aborted by their lanes                      │
//	    │ nothing was completed      │ members were completed                                      │
//	    ▼                            ▼                                                             │
//	 aborted                    rollingBack: the last one first, each to the release that ran ◀────┘
//	                                 │       before this train, the next when its lane is done
//	                                 ├──▶ rolledBack
//	                                 └──▶ held: a lane would not, or was forced in across a migration
//	                                        │   that nobody goes back across: a person decides
//	                                        ├── train.rollback: what failed is tried again
//	                                        └── train.accept ──▶ accepted, as it stands
//
// The verdict is one because each member's gate has a condition, train, that is met only when
// it is that member's turn; and the first turn comes only when each lane has said that its
// gate asks for nothing else (train.member, in the commit in which the lane was answered).
// A decision is guarded by the train's step: if a door shuts before the first has begun, that
// one does not begin. Each member's own gate holds all the same when its turn comes.
//
// A train whose members have a contract or irreversible migration cannot promise a way back;
// it is refused, unless forced. One that was forced is not taken back by itself.
//
// Going back is an effect, train.back, because a lane goes back only on an event with facts:
// whether the release that ran before was revoked since.
package train
