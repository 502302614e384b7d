package engine

// Queued is how many submissions wait to be stepped.
func (e *Engine) Queued() int { return len(e.writer.queue) }
