package engine

// Queued is how many submissions wait to be stepped.
func (e *Engine) Queued() int { return len(e.writer.queue) }

// Held gives how many values are held for steps that are not durable.
func (e *Engine) Held() int {
	e.values.mu.Lock()
	defer e.values.mu.Unlock()
	return len(e.values.held)
}
