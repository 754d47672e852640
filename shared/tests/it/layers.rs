//! The modules of `shared` form layers. Each uses only itself and lower layers.

use std::{collections::BTreeSet, fs, path::Path};

/// The layers, from lowest to highest.
const LAYERS: [&str; 8] = ["base", "http", "cloud", "audit", "identity", "items", "function", "testing"];

fn source() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
}

/// Collects all files of a module with their contents.
fn files(of: &Path, found: &mut Vec<(String, String)>) {
    if of.is_dir() {
        for entry in fs::read_dir(of).expect("a folder") {
            files(&entry.expect("an entry").path(), found);
        }
    } else if of.extension().is_some_and(|extension| extension == "rs") {
        let name = of.strip_prefix(source()).expect("below the source").display().to_string();
        found.push((name, fs::read_to_string(of).expect("a file")));
    }
}

/// Returns the modules that a file names after `crate::`, alone or in braces.
fn used(text: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for (start, prefix) in text.match_indices("crate::") {
        let rest = &text[start + prefix.len()..];
        let (mut depth, mut name) = (0, String::new());
        for character in rest.chars() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth <= 1 && (character.is_alphanumeric() || character == '_') => {
                    name.push(character);
                    continue;
                }
                _ => {}
            }
            // The first segment of a path is the module. Later segments are skipped up to the next comma.
            if !name.is_empty() && name != "self" {
                modules.insert(std::mem::take(&mut name));
            }
            if depth == 0 {
                break;
            }
            if character == ':' {
                name = "self".to_owned();
            } else if character == ',' {
                name.clear();
            }
        }
    }
    modules
}

#[test]
fn a_module_uses_no_module_above_it() {
    for (height, layer) in LAYERS.iter().enumerate() {
        let mut found = Vec::new();
        files(&source().join(format!("{layer}.rs")), &mut found);
        files(&source().join(layer), &mut found);
        assert!(!found.is_empty(), "{layer} has no file");
        for (name, text) in found {
            for module in used(&text) {
                if let Some(other) = LAYERS.iter().position(|layer| *layer == module) {
                    assert!(other <= height, "{name} of the layer `{layer}` uses `crate::{module}` above it");
                }
            }
        }
    }
}
