//! The built-in definitions are read when the crate is compiled: a file added to `tools.d` must compile it again.

#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn main() {
    println!("cargo:rerun-if-changed=tools.d");
}
