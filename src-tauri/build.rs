//! Tells Tauri where this repository keeps its capabilities, and gives it a page when the real one is not built.

use std::{fs, path::Path};

const PAGE: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Signalbox</title>
  </head>
  <body>
    <h1>Signalbox</h1>
    <p>The window's page was not built. Run <code>npm ci &amp;&amp; npm run build</code> in <code>ui</code>, then build Signalbox again.</p>
  </body>
</html>
"#;

fn main() {
    // The context macro stops at a missing folder, and a newcomer's first `cargo build` has no page yet.
    let dist = Path::new("ui/dist");
    if !dist.join("index.html").exists() {
        fs::create_dir_all(dist)
            .and_then(|()| fs::write(dist.join("index.html"), PAGE))
            .expect("ui/dist can be written");
    }
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    println!("cargo:rerun-if-changed=ui/dist");
    // `AppManifest::commands` would write a folder of permissions at the root: ours are written by hand.
    let manifest = tauri_build::AppManifest::new()
        .permissions_path_pattern("./src-tauri/permissions/**/*.toml");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(manifest);
    tauri_build::try_build(attributes).expect("the configuration and the capabilities are valid");
}
