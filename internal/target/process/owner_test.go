package process

func own() {}
