//! Tells cargo when the page inside a release build is old. A debug build reads the page from its folder, and must not
//! be rebuilt for it.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=PROFILE");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // While the folder is not there, cargo runs this every time and so notices when it comes.
        println!("cargo:rerun-if-changed=../../../ui/dist");
    }
}
