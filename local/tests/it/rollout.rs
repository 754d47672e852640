//! The scripts of `cloudbuild.yaml`, run against programs that record their calls.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A `gcloud` that answers as if all functions served an older revision. `$REFUSE` holds patterns of commands that
/// fail, one per line. `$UNHEALTHY` is the number of the failing health check. `$ERRORS` is the log of 5xx responses,
/// from which a query gets the lines of its revisions. `$CHECKS` holds the states of the build that checks the commit.
const GCLOUD: &str = r#"#!/usr/bin/env bash
set -euo pipefail
cd "$CLOUD"
echo "$*" >>calls
while IFS= read -r pattern; do
  if [[ -n $pattern && "$*" == $pattern ]]; then echo "refused" >&2; exit 1; fi
done <<<"${REFUSE:-}"
case "$*" in
*"services describe"*"status.traffic.revisionName"*)
  [[ $4 == "${SILENT:-}" ]] || echo "$4-00001-old,100"
  echo "$4-00000-older,"
  ;;
*"services describe"*"status.traffic.tag"*) printf ',https://%s.test\ncandidate,https://candidate---%s.test\n' "$4" "$4" ;;
*"services describe"*"status.url"*) echo "https://$4.test" ;;
*"services update "*) echo "$4-00002-new" ;;
*"workflows run"*)
  echo x >>checks
  if [[ $(wc -l <checks) == "${UNHEALTHY:-}" ]]; then echo "FAILED users is not healthy"; else echo "SUCCEEDED "; fi
  ;;
*"logging read"*)
  while IFS= read -r entry; do
    if [[ -n $entry && "$*" == *"\"${entry%%$'\t'*}\""* ]]; then echo "$entry"; fi
  done <<<"${ERRORS:-}"
  ;;
*"builds describe"*) echo "2026-03-12T19:03:58Z,${TRIGGERED_BY-trigger-1}" ;;
*"builds list"*COMMIT_SHA*)
  echo x >>asked
  sed -n "$(wc -l <asked)p" <<<"${CHECKS-SUCCESS}"
  ;;
*"builds list"*)
  echo x >>looks
  if (($(wc -l <looks) < 3)); then echo "older-build"; fi
  ;;
esac
"#;

/// A program that only records its calls. `imagetools inspect` finds nothing unless `$CACHED` is set.
const WRITER: &str = r#"#!/usr/bin/env bash
echo "$*" >>"$CLOUD/calls"
case "$*" in *imagetools*) [[ -n ${CACHED:-} ]] ;; esac
"#;

struct Cloud {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the root of the project")
}

impl Cloud {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, program) in [("gcloud", GCLOUD), ("docker", WRITER), ("terraform", WRITER)] {
            let path = folder.path().join(name);
            fs::write(&path, program).expect("a program");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        }
        Self { folder, variables: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn run(&self, script: &str) -> Output {
        self.run_in(script, &root())
    }

    fn run_in(&self, script: &str, folder: &Path) -> Output {
        let path = std::env::var("PATH").expect("a path");
        Command::new(root().join(".cloudbuild").join(script))
            .current_dir(folder)
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .env("CLOUD", self.folder.path())
            .env("FUNCTIONS", "auth users")
            .env("HTTP_FUNCTIONS", "auth users")
            .env("DOCKER_HUB", "registry.test/docker-hub")
            .env("CHECK_TRIGGER", "trigger-0")
            .env("REGISTRY", "registry.test/alta")
            .env("REGION", "europe-west4")
            .env("COMMIT", "0123456789abcdef")
            .env("BUILD", "build-2")
            .env("LOCATION", "europe-west4")
            .env("ENVIRONMENT", "dev")
            .env("STATE_BUCKET", "state")
            .env("PAGES_BUCKET", "pages")
            .env("CANARY_SECONDS", "1")
            .env("ERRORS_ALLOWED", "1")
            .env("POLL_SECONDS", "0.3")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("bash")
    }

    /// The recorded calls in order. The order of concurrent commands for several functions is arbitrary.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    fn position(&self, part: &str) -> usize {
        let calls = self.calls();
        calls.iter().position(|call| call.contains(part)).unwrap_or_else(|| panic!("{part}: {calls:#?}"))
    }

    fn last_position(&self, part: &str) -> usize {
        let calls = self.calls();
        calls.iter().rposition(|call| call.contains(part)).unwrap_or_else(|| panic!("{part}: {calls:#?}"))
    }

    fn count(&self, part: &str) -> usize {
        self.calls().iter().filter(|call| call.contains(part)).count()
    }

    /// Checks that the last traffic command of both functions restores the previous revision.
    fn assert_rolled_back(&self, output: &Output) {
        assert!(!output.status.success(), "{output:?}");
        for function in ["auth", "users"] {
            let traffic = format!("update-traffic {function} --to-");
            let last = self.calls()[self.last_position(&traffic)].clone();
            assert_eq!(
                last,
                format!("run services update-traffic {function} --to-revisions {function}-00001-old=100")
            );
            assert!(
                self.last_position(&format!("{function} --remove-tags candidate"))
                    > self.last_position(&traffic)
            );
        }
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_good_release_gets_no_traffic_then_ten_percent_then_all() {
    let cloud = Cloud::new();
    let output = cloud.run("rollout");
    assert!(output.status.success(), "{output:?}");
    let image = "--image registry.test/alta/users:0123456789abcdef --no-traffic --tag candidate";
    let deployed = cloud.last_position("--no-traffic");
    assert!(cloud.calls()[cloud.position("services update users")].contains(image), "{:#?}", cloud.calls());
    let first_check = cloud.position("workflows run check-health");
    let candidate = r#"{"function":"users","url":"https://candidate---users.test/health","audience":"https://users.test"}"#;
    assert!(cloud.calls()[first_check].contains(candidate), "{:#?}", cloud.calls());
    let (canary, watched) =
        (cloud.position("--to-revisions users-00002-new=10"), cloud.position("logging read"));
    let (all, last_check) =
        (cloud.position("--to-latest"), cloud.last_position("workflows run check-health"));
    let order = [
        deployed,
        first_check,
        canary,
        watched,
        all,
        last_check,
        cloud.position("--remove-tags"),
        cloud.position("verify-audit"),
    ];
    assert!(order.is_sorted(), "{order:?} {:#?}", cloud.calls());
    let everywhere = r#"{"function":"auth","url":"https://auth.test/health","audience":"https://auth.test"}"#;
    assert!(cloud.calls()[last_check].contains(everywhere), "{:#?}", cloud.calls());
    assert_eq!((cloud.count("--to-latest"), cloud.count("=100"), cloud.count("check-health")), (2, 0, 3));
    let seen = cloud.calls()[watched].clone();
    assert!(
        seen.contains(r#"revision_name=("auth-00002-new" OR "users-00002-new")"#)
            && seen.contains("--limit 1000"),
        "{seen}"
    );
}

#[test]
fn an_unhealthy_release_never_gets_traffic() {
    let cloud = Cloud::new().with("UNHEALTHY", "1");
    let output = cloud.run("rollout");
    cloud.assert_rolled_back(&output);
    assert_eq!((cloud.count("=10"), cloud.count("--to-latest")), (2, 0), "{:#?}", cloud.calls());
    assert_eq!(cloud.count("-new=10"), 0);
    assert!(String::from_utf8_lossy(&output.stdout).contains("users is not healthy"), "{output:?}");
}

#[test]
fn one_revision_that_does_not_start_rolls_all_functions_back() {
    let cloud = Cloud::new().with("REFUSE", "run services update users *");
    cloud.assert_rolled_back(&cloud.run("rollout"));
    assert_eq!((cloud.count("workflows"), cloud.count("-new=")), (0, 0), "{:#?}", cloud.calls());
}

/// The log of some 5xx responses of one revision.
fn log(revision: &str, errors: usize) -> String {
    format!("{revision}\t503\n").repeat(errors)
}

#[test]
fn many_errors_roll_a_release_back_and_a_single_error_does_not() {
    let cloud = Cloud::new().with("ERRORS", log("users-00002-new", 2));
    let output = cloud.run("rollout");
    cloud.assert_rolled_back(&output);
    assert_eq!((cloud.count("-new=10"), cloud.count("--to-latest")), (2, 0));
    assert!(errors(&output).contains("2 of the candidates, 0 of the previous"), "{output:?}");

    let cloud = Cloud::new().with("ERRORS", log("users-00002-new", 1));
    assert!(cloud.run("rollout").status.success(), "{:#?}", cloud.calls());
}

#[test]
fn a_release_is_compared_with_the_previous_revisions() {
    // The candidates get a tenth of the requests: 10 errors of them are a rate like 90 of the others.
    for (candidates, previous, rolled_back) in
        [(10, 90, false), (20, 90, false), (21, 90, true), (400, 1000, false)]
    {
        let errors = log("users-00002-new", candidates) + &log("users-00001-old", previous);
        let cloud = Cloud::new().with("ERRORS", errors);
        let output = cloud.run("rollout");
        assert_eq!(output.status.success(), !rolled_back, "{candidates} {previous}: {output:?}");
    }
}

#[test]
fn a_nacking_ocr_does_not_roll_a_release_back_and_a_broken_projects_does() {
    let release = || {
        let cloud = Cloud::new().with("FUNCTIONS", "projects ocr").with("HTTP_FUNCTIONS", "projects");
        cloud.with("CANARY_SECONDS", "1")
    };
    let outage = release().with("ERRORS", log("ocr-00002-new", 500) + &log("ocr-00001-old", 500));
    let output = outage.run("rollout");
    assert!(output.status.success(), "{output:?}");
    assert_eq!((outage.count("update-traffic ocr --to-latest"), outage.count("-old=100")), (1, 0));

    let broken = release().with("ERRORS", log("projects-00002-new", 500) + &log("ocr-00001-old", 500));
    let output = broken.run("rollout");
    assert!(!output.status.success(), "{output:?}");
    for function in ["projects", "ocr"] {
        let restored = format!("update-traffic {function} --to-revisions {function}-00001-old=100");
        assert_eq!(broken.count(&restored), 1, "{:#?}", broken.calls());
    }
    assert_eq!(broken.count("--to-latest"), 0);
}

#[test]
fn a_release_waits_for_its_checks_and_ends_without_them() {
    let cloud = Cloud::new().with("CHECKS", "\nQUEUED\nWORKING\nSUCCESS");
    let output = cloud.run("wait-for-checks");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(cloud.count("builds list"), 4);
    let filter = r#"buildTriggerId="trigger-0" AND substitutions.COMMIT_SHA="0123456789abcdef""#;
    assert!(cloud.calls()[0].contains(filter), "{:#?}", cloud.calls());

    for state in ["FAILURE", "TIMEOUT", "CANCELLED", "INTERNAL_ERROR", "EXPIRED", "STATUS_UNKNOWN"] {
        let failed = Cloud::new().with("CHECKS", format!("WORKING\n{state}"));
        let output = failed.run("wait-for-checks");
        assert!(!output.status.success() && errors(&output).contains(state), "{output:?}");
    }
    let unchecked = Cloud::new().with("CHECKS", "").with("MISSING_SECONDS", "1");
    let output = unchecked.run("wait-for-checks");
    assert!(!output.status.success() && errors(&output).contains("no build checks"), "{output:?}");
    assert!(!Cloud::new().with("CHECK_TRIGGER", "").run("wait-for-checks").status.success());
    assert!(!Cloud::new().with("REFUSE", "builds list *").run("wait-for-checks").status.success());
}

#[test]
fn a_release_that_becomes_unhealthy_later_is_rolled_back() {
    for check in ["2", "3"] {
        let cloud = Cloud::new().with("UNHEALTHY", check);
        cloud.assert_rolled_back(&cloud.run("rollout"));
        assert_eq!(cloud.count("--to-latest"), if check == "3" { 2 } else { 0 });
    }
}

#[test]
fn a_failed_rollback_of_one_function_does_not_stop_the_others() {
    let cloud = Cloud::new()
        .with("UNHEALTHY", "3")
        .with("REFUSE", "*update-traffic auth --to-revisions auth-00001-old*");
    let output = cloud.run("rollout");
    assert!(!output.status.success());
    assert!(errors(&output).contains("not every function went back"), "{output:?}");
    assert!(cloud.position("users --to-revisions users-00001-old=100") > cloud.last_position("--to-latest"));
}

#[test]
fn nothing_changes_without_a_revision_to_roll_back_to() {
    let cloud = Cloud::new().with("SILENT", "users");
    let output = cloud.run("rollout");
    assert!(!output.status.success() && errors(&output).contains("users serves nothing"), "{output:?}");
    assert_eq!(cloud.count("update"), 0, "{:#?}", cloud.calls());
}

#[test]
fn a_failed_migration_fails_the_build() {
    let cloud = Cloud::new();
    assert!(cloud.run("migrate").status.success());
    let expected = [
        "run jobs update migrations --image registry.test/alta/migrations:0123456789abcdef",
        "run jobs execute migrations --wait",
    ];
    assert_eq!(cloud.calls(), expected);
    let cloud = Cloud::new().with("REFUSE", "run jobs execute *");
    assert!(!cloud.run("migrate").status.success());
}

#[test]
fn a_build_waits_for_older_ones_of_its_trigger() {
    let cloud = Cloud::new();
    let output = cloud.run("wait-for-older-builds");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(cloud.count("builds list"), 3);
    let filter = r#"--filter buildTriggerId="trigger-1" AND createTime<"2026-03-12T19:03:58Z""#;
    assert!(cloud.calls()[1].contains(filter), "{:#?}", cloud.calls());

    let by_hand = Cloud::new().with("TRIGGERED_BY", "");
    assert!(by_hand.run("wait-for-older-builds").status.success());
    assert_eq!(by_hand.count("builds list"), 0);
    let blind = Cloud::new().with("REFUSE", "builds list *");
    assert!(
        !blind.run("wait-for-older-builds").status.success(),
        "a build that cannot list older builds does not continue"
    );
}

#[test]
fn the_workspace_is_compiled_once_for_all_images() {
    let cloud = Cloud::new();
    let output = cloud.run("build-images");
    assert!(output.status.success(), "{output:?}");
    assert_eq!((cloud.count("--cache-to"), cloud.count("--cache-from")), (1, 0));
    assert_eq!(cloud.count("image=registry.test/docker-hub/moby/buildkit"), 1);
    assert_eq!(cloud.count("DOCKER_HUB=registry.test/docker-hub"), 5);
    for image in ["auth", "users", "migrations"] {
        let call = &cloud.calls()[cloud.position(&format!("FUNCTION={image} "))];
        let name = format!("name=registry.test/alta/{image}:0123456789abcdef,rewrite-timestamp=true");
        assert!(call.contains(&name) && call.contains("SOURCE_DATE_EPOCH=0"), "{call}");
    }
    assert_eq!(cloud.count("--target pages --output type=local,dest=pages"), 1);

    let cached = Cloud::new().with("CACHED", "yes");
    assert!(cached.run("build-images").status.success());
    assert_eq!(
        (cached.count("--cache-to"), cached.count("--cache-from")),
        (0, 1),
        "a tag is pushed only once"
    );
    let inspected = |cloud: &Cloud| cloud.calls()[cloud.position("imagetools inspect")].clone();
    assert_eq!(inspected(&cached), inspected(&cloud), "the cache's name depends only on its inputs");

    let pushed = Cloud::new();
    assert!(pushed.run("push-images").status.success());
    assert_eq!(pushed.count("push --quiet registry.test/alta/"), 3);
}

#[test]
fn a_plan_changes_and_locks_nothing() {
    let cloud = Cloud::new();
    assert!(cloud.run("plan").status.success());
    assert!(cloud.calls()[0].contains("-backend-config=bucket=state"), "{:#?}", cloud.calls());
    let plan = &cloud.calls()[1];
    assert!(
        plan.starts_with("plan ") && plan.contains("-lock=false") && plan.contains("-var-file=dev.tfvars"),
        "{plan}"
    );
    assert!(root().join("terraform/dev.tfvars").exists());
}

#[test]
fn pages_are_uploaded_with_their_media_types_after_the_files_that_they_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    for (path, file) in [
        ("text/html/docs", "problems"),
        ("text/css/assets", "index-1a2b3c4d.css"),
        ("font/woff2/assets", "inter-1a2b3c4d.woff2"),
        ("application/json", "openapi.json"),
        ("image/png", "picture.png"),
    ] {
        fs::create_dir_all(pages.join(path)).expect("a folder");
        fs::write(pages.join(path).join(file), "content".repeat(100)).expect("a file");
    }
    let cloud = Cloud::new();
    assert!(cloud.run_in("upload-pages", folder.path()).status.success());
    let immutable = "--cache-control public, max-age=31536000, immutable";
    let expected = [
        format!("--content-type font/woff2 {immutable} pages/font/woff2/assets/ gs://pages/assets"),
        format!(
            "--content-type text/css; charset=utf-8 --content-encoding gzip {immutable} pages/text/css/assets/ \
             gs://pages/assets"
        ),
        "--content-type application/json --content-encoding gzip --cache-control no-cache pages/application/json/ \
         gs://pages"
            .to_owned(),
        "--content-type image/png --cache-control no-cache pages/image/png/ gs://pages".to_owned(),
        "--content-type text/html; charset=utf-8 --content-encoding gzip --cache-control no-cache pages/text/html/ \
         gs://pages"
            .to_owned(),
    ];
    let calls = cloud.calls();
    let places = expected.map(|upload| {
        let place = calls.iter().position(|call| call.ends_with(&upload));
        place.unwrap_or_else(|| panic!("{upload}: {calls:#?}"))
    });
    assert!(places[0].max(places[1]) < places[2..].iter().copied().min().expect("places"), "{calls:#?}");
    let compressed = fs::read(pages.join("text/html/docs/problems")).expect("a file");
    assert!(compressed.starts_with(&[0x1f, 0x8b]), "not compressed");
    assert!(fs::read(pages.join("image/png/picture.png")).expect("a file").starts_with(b"content"));
}
