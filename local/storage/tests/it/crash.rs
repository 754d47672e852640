//! Kills a process at random moments. Objects must be intact, and every notification must arrive.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use local_storage::{Attributes, Notifier, Storage};

use crate::harness::{BUCKET, Folder, clock, settings, wait_for};

const FOLDER: &str = "LOCAL_STORAGE_CRASH_FOLDER";
const OBJECTS: usize = 3;

/// Appends the generation of every created object to a file, which outlives the process.
fn notifier(folder: PathBuf) -> Notifier {
    Arc::new(move |notification| {
        let path = folder.join("delivered");
        Box::pin(async move {
            let attributes = notification.attributes;
            if attributes.get("eventType").is_some_and(|kind| kind == "OBJECT_FINALIZE") {
                let mut file = OpenOptions::new()
                    .append(true)
                    .create(true)
                    .open(path)
                    .map_err(|error| error.to_string())?;
                let generation = attributes.get("objectGeneration").cloned().unwrap_or_default();
                file.write_all(format!("{generation}\n").as_bytes()).map_err(|error| error.to_string())?;
            }
            Ok(())
        })
    })
}

async fn open(folder: &Folder) -> Storage {
    let settings = settings(folder.0.join("data"), clock(Arc::default()));
    Storage::open(settings, notifier(folder.0.clone())).await.expect("a storage")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process that another test starts and kills"]
async fn writes_until_it_is_killed() {
    let folder = Folder(PathBuf::from(std::env::var_os(FOLDER).expect("the folder variable")));
    let storage = open(&folder).await;
    for number in 0_usize.. {
        let name = format!("documents/{}", number % OBJECTS);
        let content = vec![b'a' + u8::try_from(number % 26).unwrap_or_default(); 1000 + number];
        let object = storage.create_object(BUCKET, &name, Attributes::default(), content.into()).await;
        let object = object.expect("an object");
        println!("written {name} {}", object.generation);
    }
}

/// Runs the writer for `count` objects, kills it, and returns the generations that it printed.
fn write_and_kill(folder: &Folder, count: usize) -> BTreeMap<String, i64> {
    let mut writer = Command::new(std::env::current_exe().expect("this test"))
        .args(["crash::writes_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, &folder.0)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(writer.stdout.take().expect("an output pipe")).lines();
    let mut written = BTreeMap::new();
    let mut note = |line: String| {
        let mut words = line.split(' ').skip_while(|word| *word != "written").skip(1);
        if let (Some(name), Some(Ok(generation))) = (words.next(), words.next().map(str::parse)) {
            written.insert(name.to_owned(), generation);
            return 1;
        }
        0
    };
    let mut objects = 0;
    while objects < count {
        objects += note(lines.next().expect("a line").expect("a line"));
    }
    writer.kill().expect("kill");
    writer.wait().expect("wait");
    lines.map_while(Result::ok).for_each(|line| {
        note(line);
    });
    written
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_leaves_whole_objects_and_all_notifications() {
    let folder = Folder::new();
    let mut claimed = BTreeSet::new();
    for round in 0..12 {
        let written = write_and_kill(&folder, 5 + 7 * round);
        let storage = open(&folder).await;
        for (name, generation) in &written {
            let (object, path) = storage.open_object(BUCKET, name, None).expect("the object");
            assert!(object.generation >= *generation, "{name} has an older generation");
            let data = std::fs::read(path).expect("the object's data");
            assert_eq!(data.len() as u64, object.size);
            assert!(data.iter().all(|byte| *byte == data[0]), "{name} mixes bytes of two writes");
            claimed.extend([*generation, object.generation]);
        }
        let files =
            |name: &str| std::fs::read_dir(folder.0.join("data").join(name)).expect("a folder").count();
        assert_eq!((files("staged"), files("journal")), (0, 0));
        assert_eq!(files("buckets/uploads"), 2 * OBJECTS);
        wait_for(async || (files("notifications") == 0).then_some(())).await;
    }
    let delivered = std::fs::read_to_string(folder.0.join("delivered")).expect("the generations");
    let delivered: BTreeSet<i64> = delivered.lines().filter_map(|line| line.parse().ok()).collect();
    let missing: Vec<_> = claimed.difference(&delivered).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
