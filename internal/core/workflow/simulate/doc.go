// Package simulate runs a workflow in memory: its runs and those below, the tasks of people,
// all in a time of its own, with stubs for the world. It is pure: the same definition, input and options give the
// same outcome, whenever and wherever. `slipway workflow test` stands on it.
//
//	definition, input ──▶ Run ──▶ Outcome: status, output, error, path, calls
//	                       │ ▲
//	 effects ─▶ stubs ─────┘ └──── timers, events, answers, each at its time
//
// # Scenarios
//
// A file of scenarios stands beside a workflow: restart.test.yaml is for restart.yaml, unless
// it says `workflow`. All that is not said of a scenario is not looked at, but for the status.
//
//	workflow: restart.yaml                # or the definition itself; a scenario may have its own
//	runs: [child.yaml]                    # workflows that it may run, likewise
//	scenarios:
//	- name: operations says no            # the one field that a scenario needs
//	  input: {service: tickets}
//	  secrets: {key: text, db: {user: ada, password: text}}
//	  stubs:                              # the first that fits answers; emitted events need none
//	  - task: check                       # name or pointer of the task
//	    call: http                        # http, openapi, grpc, …, shell, script, container, fetch, or a function
//	    with: {method: get}               # fields that it is called with, among others; {name} in an endpoint is filled in
//	    times: 2                          # then the next stub answers
//	    delay: PT3S
//	    output: {ok: false}               # or error: {type, status, title, detail}, or lost: true
//	  events:                             # each comes when somebody listens, in this order
//	  - {type: paid, data: {sum: 5}, after: PT1M}   # or so long after the start
//	  answers:                            # of people, each when it is asked, or after
//	  - {task: Restart it?, person: bob, decision: reject, comment: not now}
//	  asks:                               # of the run: cancel, suspend, continue; done, failed, again for a lost outcome
//	  - {do: cancel, after: PT1H}
//	  expect:
//	    status: faulted                   # completed unless said, faulted if there is an error
//	    output: {x: 1}                    # equal
//	    error: {status: 403, detail: not now}   # these fields; of detail, a part
//	    path: [check, ask]                # names of all tasks that began, in order
//	    not: [restart]                    # names of tasks that did not
//	    calls: [{task: check, call: http, with: {method: get}}]   # all, in order
//	    events: [{type: restart.rejected}]   # that it emitted, likewise
//	    took: PT0S
//	    steps: 3                          # of the run's machine
package simulate
