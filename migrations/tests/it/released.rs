//! Released migrations never change: a later change is a new file.

use std::{fs, path::Path};

use aws_lc_rs::digest::{SHA256, digest};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// The names of the SQL files of a folder, in the order in which they run.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("a name"))
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "sql"))
        .collect();
    names.sort();
    names
}

fn sha256(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The contradictions between the list (lines of `sha256sum`) and the folder.
fn violations(list: &str, folder: &Path) -> Vec<String> {
    let released: Vec<(&str, &str)> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once("  ").expect("a hash, two spaces and a file name"))
        .collect();
    let changed = released
        .iter()
        .filter(|(hash, name)| sha256(&folder.join(name)) != *hash)
        .map(|(_, name)| format!("{name} is released and must not change: put the change into a new file"));
    let last = released.iter().map(|(_, name)| *name).max().unwrap_or_default();
    let before = files(folder)
        .into_iter()
        .filter(|name| name.as_str() < last && released.iter().all(|(_, released)| released != name))
        .map(|name| format!("{name} is new and would run before {last}, which is released"));
    changed.chain(before).collect()
}

#[test]
fn released_files_are_unchanged_and_run_first() {
    let folder = Path::new(FOLDER);
    let list = fs::read_to_string(folder.join("released.sha256")).expect("the list");
    assert_eq!(violations(&list, folder), Vec::<String>::new());
}

#[test]
fn changed_removed_and_late_files_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    for name in ["0001_a.sql", "0002_b.sql"] {
        write(name, "select 1;\n");
    }
    // As `sha256sum` prints it.
    let hash = "4a45092ccf992ea92250053a80b931b787924ba61648f420555511b84f10ab6c";
    let list = format!("# Released.\n{hash}  0001_a.sql\n{hash}  0002_b.sql\n");
    write("0003_c.sql", "select 3;\n");
    assert_eq!(violations(&list, folder.path()), Vec::<String>::new());

    write("0001_a.sql", "select 2;\n");
    fs::remove_file(folder.path().join("0002_b.sql")).expect("removed");
    write("0001_z.sql", "select 4;\n");
    let found = violations(&list, folder.path());
    let starts = ["0001_a.sql is released", "0002_b.sql is released", "0001_z.sql is new"];
    assert_eq!(found.len(), starts.len(), "{found:?}");
    assert!(found.iter().zip(starts).all(|(found, start)| found.starts_with(start)), "{found:?}");
}
