//! What a plugin of pianoroll is made with.
