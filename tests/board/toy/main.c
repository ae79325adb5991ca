#error "the host's example must not be compiled for a board"
