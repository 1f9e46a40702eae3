// The precompiled header needs a target to live in, and a target a source.
