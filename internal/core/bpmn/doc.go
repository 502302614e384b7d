// Package bpmn writes workflows as BPMN 2.0 with diagram interchange, for those who look at
// processes in other tools. It is a picture with meaning, and one way only: nothing reads it back.
//
//	do, catch            subProcess                       switch     exclusiveGateway
//	for                  subProcess, multi-instance       if         exclusiveGateway before the task
//	try                  subProcess, error boundaryEvent  fork       subProcess, parallelGateway
//	fork with compete    eventBasedGateway where all branches wait; else complexGateway, and a terminating end
//	wait                 timer intermediateCatchEvent     listen     message intermediateCatchEvent
//	emit                 message intermediateThrowEvent   raise      error endEvent
//	approval, form       userTask                         call, run  serviceTask; script, shell: scriptTask; workflow: callActivity
//	listen with foreach  subProcess, multi-instance       set        task
//
// What BPMN has no sign for (retries, timeouts, expressions) stands in the documentation of
// its element. "then: end" within a list is a terminating end: BPMN ends the sub-process there, the workflow ends as a whole.
package bpmn
