//! Embeds migrations and pages: rebuilds when one is added, and lists the files of `web/dist` for `src/api/assets.rs`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Where `npm run build` puts the pages. Its parent is always there, so that cargo can watch it.
const PAGES: &str = "web/dist/pages";

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=web/dist");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the package"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo names a directory for what is made"));
    // A copy: whoever builds the pages anew meanwhile takes nothing from under the compiler.
    let kept = out.join("pages");
    let _absent = fs::remove_dir_all(&kept);
    copy(&root.join(PAGES), &kept);
    fs::write(out.join("assets.rs"), assets(&kept)).expect("write the list of assets");
}

fn copy(from: &Path, to: &Path) {
    let Ok(entries) = fs::read_dir(from) else { return };
    fs::create_dir_all(to).expect("make a directory for the pages");
    for entry in entries {
        let path = entry.expect("read web/dist").path();
        let name = path.file_name().expect("a file has a name");
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("copy a file of the pages");
        }
    }
}

/// Rust source that lists every file, ascending, each with its compressed forms.
fn assets(pages: &Path) -> String {
    let mut files = Vec::new();
    collect(pages, &mut files);
    files.sort();
    let mut source = String::from("static ASSETS: &[Asset] = &[\n");
    for file in &files {
        let name = file.strip_prefix(pages).expect("below the pages").to_str().expect("names are ASCII");
        if file.extension().is_some_and(|ending| ending == "br" || ending == "gz") {
            continue;
        }
        let plain = file.to_str().expect("paths of a build are text");
        let compressed = |ending: &str| {
            let path = format!("{plain}.{ending}");
            if Path::new(&path).is_file() { format!("Some(include_bytes!({path:?}))") } else { "None".into() }
        };
        let (brotli, gzip) = (compressed("br"), compressed("gz"));
        writeln!(
            source,
            "    Asset {{ path: {name:?}, plain: include_bytes!({plain:?}), brotli: {brotli}, gzip: {gzip} }},"
        )
        .expect("a String takes all");
    }
    source + "];\n"
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.expect("read web/dist").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
