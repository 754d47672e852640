//! Adding a function takes one crate, its lines in the manifests and one line in the list. All other places that name a
//! function would need an edit too, so each of them is listed here with its reason.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Places that may name functions: files, and folders with all their files.
const ALLOWED: [(&str, &str); 13] = [
    ("Cargo.toml", "the workspace's dependencies"),
    ("functions/Cargo.toml", "the dependencies on the functions"),
    ("functions/src/api_docs.rs", "tags have the names of functions"),
    ("functions/src/lib.rs", "the list"),
    ("functions/tests/it/", "tests of several functions together"),
    ("ARCHITECTURE.md", "prose about what a function does"),
    ("CONTRIBUTING.md", "the places of a change"),
    ("bench/peer/", "another implementation of the API"),
    ("bench/src/", "each benchmark measures a function of its choice"),
    ("local/Cargo.toml", "the functions that tests mount alone"),
    ("local/tests/", "end-to-end tests of functions"),
    ("terraform/", "rights, and sizes that differ from the default"),
    ("web/", "a role has the name of a function"),
];

/// Folders and files that are not source code of the project, or are generated from it.
const SKIPPED: [&str; 9] =
    [".git", ".local", ".sqlx", ".terraform", "Cargo.lock", "node_modules", "pages", "samples", "target"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads every text file below a folder, with its path from the root.
fn texts(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        if SKIPPED.contains(&name) {
            continue;
        }
        if path.is_dir() {
            texts(root, &path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push((path.strip_prefix(root).expect("inside").display().to_string(), text));
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '-'
}

/// Returns true when the text contains the pattern as whole words.
fn has(text: &str, pattern: &str) -> bool {
    text.match_indices(pattern).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + pattern.len()..]);
        let open =
            |end: Option<char>, edge: Option<char>| !end.is_some_and(is_word) || !edge.is_some_and(is_word);
        open(before.chars().next_back(), pattern.chars().next())
            && open(after.chars().next(), pattern.chars().next_back())
    })
}

/// Returns true when the text names a function's crate, folder or type, or compares with its name.
fn names(text: &str, function: &str) -> bool {
    let (first, rest) = function.split_at(1);
    let patterns = [
        format!("{function}::{}{rest}", first.to_uppercase()),
        format!("functions/{function}"),
        format!("-p {function}"),
        format!("{function}.workspace"),
        format!("== \"{function}\""),
        format!("!= \"{function}\""),
        format!("\"{function}\" =>"),
        format!("\"{function}\" |"),
        format!("named(\"{function}\")"),
    ];
    patterns.iter().any(|pattern| has(text, pattern))
}

/// Returns true when the text lists functions: three different names in a row.
fn lists(text: &str, functions: &[&str]) -> bool {
    let words: Vec<&str> = text.split(|end: char| !end.is_alphanumeric() && end != '_').collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.windows(3).any(|row| {
        row.iter().all(|word| functions.contains(word)) && row.iter().collect::<BTreeSet<_>>().len() == 3
    })
}

/// The function that owns a file.
fn owner<'name>(path: &str, functions: &[&'name str]) -> Option<&'name str> {
    let folder = path.strip_prefix("functions/")?.split('/').next()?;
    functions.iter().copied().find(|function| *function == folder)
}

#[test]
fn nothing_else_names_a_function() {
    let functions: Vec<&str> = functions::names().collect();
    let root = root();
    let generated = functions::reference::files(&root).expect("the generated files");
    let generated: BTreeSet<&str> = generated.iter().map(|(file, _)| *file).collect();
    let mut found = Vec::new();
    texts(&root, &root, &mut found);
    assert!(found.len() > 500, "{} files", found.len());

    let mut places = BTreeSet::new();
    for (path, text) in &found {
        let owner = owner(path, &functions);
        // A function's tests may mount other functions.
        let own_tests = owner.is_some() && !path.contains("/src/");
        // This file contains examples of the patterns.
        if own_tests || generated.contains(path.as_str()) || path == "functions/tests/it/naming.rs" {
            continue;
        }
        // The tests at the end of a source file may name functions.
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
        // A module of a function may have the name of another function.
        let is_module = |function: &str| {
            owner.is_some_and(|owner| root.join(format!("functions/{owner}/src/{function}.rs")).exists())
        };
        let others = functions.iter().filter(|function| Some(**function) != owner && !is_module(function));
        if others.clone().any(|function| names(text, function)) || owner.is_none() && lists(text, &functions)
        {
            places.insert(path.as_str());
        }
    }
    let allowed = |path: &str, place: &str| path == place || place.ends_with('/') && path.starts_with(place);
    for path in &places {
        let known = ALLOWED.iter().any(|(place, _)| allowed(path, place));
        assert!(known, "{path} names a function: derive it from `functions::FUNCTIONS`");
    }
    for (place, reason) in ALLOWED {
        let used = places.iter().any(|path| allowed(path, place));
        assert!(used, "{place} ({reason}) no longer names a function");
    }
}

#[test]
fn a_name_is_found_only_where_it_means_a_function() {
    for text in
        ["use auth::Auth;", "-p auth -p", "functions/auth/src", "if name == \"auth\" {", "\"auth\" => 1,"]
    {
        assert!(names(text, "auth"), "{text}");
    }
    for text in ["google-cloud-auth.workspace", "oauth::Auth", "functions/authority", "\"auth\": 1"] {
        assert!(!names(text, "auth"), "{text}");
    }
    let functions = ["auth", "users", "data"];
    assert!(lists("FUNCTIONS=auth users data", &functions));
    assert!(lists("[\"data\", \"auth\", \"users\"]", &functions));
    assert!(!lists("auth, users and data", &functions));
}
