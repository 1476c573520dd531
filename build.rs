//! The built-in definitions are read when the crate is compiled: a file added to `tools.d` must compile it again.

fn main() {
    println!("cargo:rerun-if-changed=tools.d");
}
