//! Parses the arguments, runs one command, prints its error: nothing else.

fn main() {}
