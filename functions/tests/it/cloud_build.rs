//! `cloudbuild.yaml` builds and rolls out every function, in a consistent order.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use yaml_rust2::{Yaml, YamlLoader};

/// The built-in substitutions of Cloud Build
/// (<https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values>).
const BUILT_IN: [&str; 5] = ["PROJECT_ID", "BUILD_ID", "LOCATION", "COMMIT_SHA", "SHORT_SHA"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn config() -> Yaml {
    YamlLoader::load_from_str(&text("cloudbuild.yaml")).expect("YAML").remove(0)
}

fn strings(list: &Yaml) -> Vec<String> {
    list.as_vec().expect("a list").iter().map(|item| item.as_str().expect("a string").to_owned()).collect()
}

/// The names after each `$`, with or without braces.
fn substitutions(text: &str) -> BTreeSet<String> {
    text.split('$')
        .skip(1)
        .map(|rest| {
            let name = rest.strip_prefix('{').unwrap_or(rest);
            name.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '_').collect()
        })
        .collect()
}

fn environment(config: &Yaml) -> BTreeMap<String, String> {
    let variables = strings(&config["options"]["env"]);
    let pairs = variables.iter().filter_map(|variable| variable.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn every_function_has_a_signed_image() {
    let config = config();
    assert_eq!(config["options"]["requestedVerifyOption"].as_str(), Some("VERIFIED"));
    let environment = environment(&config);
    let functions: Vec<&str> = environment["FUNCTIONS"].split(' ').collect();
    assert_eq!(functions, functions::names().collect::<Vec<_>>());
    let http: Vec<&str> = environment["HTTP_FUNCTIONS"].split(' ').collect();
    let routed = functions::url_map::routes().map(|(_, function)| function.name);
    assert_eq!(http.iter().copied().collect::<BTreeSet<_>>(), routed.collect());
    let expected: Vec<String> = functions
        .into_iter()
        .chain(["migrations"])
        .map(|image| format!("{}/{image}:$COMMIT_SHA", environment["REGISTRY"]))
        .collect();
    assert_eq!(strings(&config["images"]), expected);
}

#[test]
fn the_image_build_covers_every_function() {
    let folders = fs::read_dir(root().join("functions")).expect("functions");
    let crates: BTreeSet<String> = folders
        .map(|folder| folder.expect("an entry").path())
        .filter(|folder| folder.join("Cargo.toml").exists())
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
        .collect();
    let functions: BTreeSet<String> = functions::names().map(str::to_owned).collect();
    assert_eq!(crates, functions, "functions/build makes an image of each crate");
}

#[test]
fn every_substitution_is_defined_and_used() {
    let config = config();
    let defined = config["substitutions"].as_hash().expect("substitutions");
    let defined: BTreeMap<&str, &str> =
        defined.iter().filter_map(|(name, value)| Some((name.as_str()?, value.as_str()?))).collect();
    assert!(!defined.is_empty() && defined.keys().all(|name| name.starts_with('_')), "{defined:?}");
    let known = |name: &String| defined.contains_key(name.as_str()) || BUILT_IN.contains(&name.as_str());
    // Ignore comments.
    let yaml: Vec<String> = text("cloudbuild.yaml")
        .lines()
        .map(|line| line.split(" # ").next().unwrap_or_default().to_owned())
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let used = substitutions(&yaml.join("\n"));
    for name in &used {
        assert!(known(name), "${name} is not defined");
    }
    for name in defined.keys() {
        assert!(used.contains(*name), "{name} is not used");
    }
    // The substitutions that Terraform's trigger sets.
    let trigger = text("terraform/build.tf");
    let (_, set) = trigger.split_once("substitutions = {").expect("the trigger's substitutions");
    let (set, _) = set.split_once('}').expect("their end");
    let set: Vec<&str> =
        set.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim()).collect();
    assert!(set.len() >= 4, "{set:?}");
    for name in set {
        assert!(defined.contains_key(name), "the trigger sets {name}");
    }
}

#[test]
fn every_variable_that_a_script_reads_is_set() {
    let environment = environment(&config());
    for script in fs::read_dir(root().join(".cloudbuild")).expect("scripts") {
        let script = script.expect("a script").path();
        let source = fs::read_to_string(&script).expect("its text");
        let code =
            source.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
        // Names in capitals are environment variables, except for the shell's own and those that shorten tests.
        let read = substitutions(&code).into_iter().filter(|name| {
            name.len() > 1 && name.chars().all(|char| char.is_ascii_uppercase() || char == '_')
        });
        for name in read
            .filter(|name| !["SECONDS", "POLL_SECONDS", "MISSING_SECONDS", "IFS"].contains(&name.as_str()))
        {
            assert!(environment.contains_key(&name), "{}: ${name} is not set", script.display());
        }
    }
}

#[test]
fn steps_wait_for_earlier_steps_and_run_existing_scripts() {
    let config = config();
    let mut before: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for step in config["steps"].as_vec().expect("steps") {
        let id = step["id"].as_str().expect("an id").to_owned();
        let image = step["name"].as_str().expect("an image");
        let pinned = image.contains(':') || image == "gcr.io/cloud-builders/docker";
        assert!(pinned, "{id}: {image} is not pinned");
        assert!(
            image.starts_with("gcr.io/") || image.starts_with("${_DOCKER_HUB}/"),
            "{id}: {image} is not cached"
        );
        let script = strings(&step["args"]).remove(0);
        assert!(root().join(&script).exists(), "{id}: {script}");
        let shell = step["entrypoint"].as_str().expect("a shell");
        let first = text(&script).lines().next().unwrap_or_default().to_owned();
        assert!(first.ends_with(shell), "{id}: {script} needs another shell than {shell}: {first}");

        let mut all = BTreeSet::new();
        for other in strings(&step["waitFor"]).into_iter().filter(|other| other != "-") {
            let its = before
                .get(&other)
                .unwrap_or_else(|| panic!("{id} waits for {other}, which is not before it"));
            all.extend(its.iter().cloned());
            all.insert(other);
        }
        assert!(before.insert(id.clone(), all).is_none(), "{id} is there twice");
    }
    for (step, needed) in [
        // The plan's account can read secrets.
        ("plan", vec!["checks"]),
        ("push", vec!["build", "checks", "plan"]),
        ("migrate", vec!["build", "checks", "older-builds", "plan", "push"]),
        ("rollout", vec!["build", "checks", "migrate", "older-builds", "plan", "push"]),
        ("pages", vec!["build", "checks", "migrate", "older-builds", "plan", "push", "rollout"]),
    ] {
        assert_eq!(before[step].iter().map(String::as_str).collect::<Vec<_>>(), needed, "{step}");
    }
}

/// The account of this build can neither read a secret nor deploy.
#[test]
fn the_checks_are_a_build_of_their_own_without_the_variables_of_a_deployment() {
    let checks = YamlLoader::load_from_str(&text("cloudbuild.checks.yaml")).expect("YAML").remove(0);
    assert_eq!(strings(&checks["options"]["env"]), ["CI=true"]);
    let [step] = &checks["steps"].as_vec().expect("steps")[..] else { panic!("{checks:?}") };
    assert_eq!(strings(&step["args"]), [".ci/run"]);
    let image = step["name"].as_str().expect("an image");
    let toolchain = text("Cargo.toml");
    let version = toolchain.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version");
    let version = version.trim_matches('"');
    assert!(image.starts_with(&format!("${{_DOCKER_HUB}}/library/rust:{version}")), "{image}");
    assert!(image.contains("@sha256:"), "{image}");
    let deployment = config();
    let runs_checks = |step: &Yaml| strings(&step["args"]).iter().any(|script| script.starts_with(".ci/"));
    assert!(!deployment["steps"].as_vec().expect("steps").iter().any(runs_checks));
}
