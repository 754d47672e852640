//! The written-down environment is the one that the code reads.

use std::{fs, path::Path};

use local::reference;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_example_environment_is_up_to_date() {
    let written = fs::read_to_string(root().join(".env.example")).expect(".env.example");
    assert_eq!(written, reference::env_example(), "run `make reference`");
}

#[test]
fn the_table_of_variables_is_up_to_date() {
    let written = fs::read_to_string(root().join("functions/README.md")).expect("functions/README.md");
    assert_eq!(Some(written.clone()), reference::with_table(&written), "run `make reference`");
}

#[test]
fn terraform_makes_the_cloud_from_the_codes_own_list() {
    let written =
        fs::read_to_string(root().join("terraform/platform.json")).expect("terraform/platform.json");
    assert_eq!(written, reference::platform(), "run `make reference`");
}
