package workflow

func (b *builder) hold(with *node, schema any) {}
