//! The memory and CPU time of converting a recording that Speech-to-Text does not read: `bench convert`.
//!
//! A `transcription` process gets the event of an upload from Pub/Sub, and converts the WAV file of 500 MiB in Cloud
//! Storage. The file has two different channels of 24 bits at 48 kHz. The engine answers at once.

use std::time::{Duration, Instant};

use local_pubsub::Faults;
use shared::{
    cloud::names::Topic,
    items::{ItemKind, ObjectName, processing::finalize_message},
};

use crate::{
    Result,
    cloud::{Cloud, UPLOADS_BUCKET},
    instance::Instance,
    tenants::{Tenants, database},
};

const RATE: u32 = 48_000;
const CHANNELS: u16 = 2;
const SAMPLE_BYTES: u16 = 3;
/// The duration of the recording in seconds: 500 MiB.
const SECONDS: u32 = (500 << 20) / (RATE * FRAME as u32);
const FRAME: u16 = CHANNELS * SAMPLE_BYTES;
/// The frequencies of the tones on the two channels, in hertz.
const TONES: [f64; CHANNELS as usize] = [220.0, 330.0];
/// The memory limit of the process.
const RESIDENT_KIB: u64 = 64 * 1024;
/// The CPU time limit, as a share of the recording's duration.
const CPU_SHARE: f64 = 0.1;
const TIMEOUT: Duration = Duration::from_secs(900);
/// The time after which an unfinished conversion continues in another delivery.
const REPEAT: Duration = Duration::from_secs(2);

/// Prints memory and CPU time. Fails when they exceed their limits.
pub(crate) async fn run() -> Result<()> {
    let (db, url) = database().await?;
    let cloud = Cloud::start(&url, None).await?;
    cloud.speech.instant(Some("Good morning, everyone."));
    let tenants = Tenants::new(&db, &cloud)?;
    let user = tenants.user("admin").await?;
    let project = tenants.project("Calls", &user).await?;
    cloud.subscribe(&["transcription"], &Faults::default()).await?;
    let transcription = Instance::start(&cloud, "transcription", 0).await?;

    let file = recording();
    let size = file.len();
    let object = tenants.draft_of(ItemKind::Voice, "audio/wav", size, project, &user).await?;
    let (idle, cpu) = (transcription.process()?.resident_kib()?, transcription.process()?.cpu()?);
    let start = Instant::now();
    let generation = cloud.upload(&object, file).await?;
    let duration = transcribed(&cloud, &tenants, &object, generation).await?;
    let elapsed = start.elapsed();
    let cpu = transcription.process()?.cpu()?.saturating_sub(cpu);
    let peak = transcription.process()?.peak_kib()?;

    let share = cpu.as_secs_f64() / f64::from(SECONDS);
    let mebibytes = |kib: u64| kib as f64 / 1024.0;
    println!("{:<58} {:>8}", "a WAV file with two channels of 24 bits at 48 kHz", "");
    println!("{:<58} {:>8.1}", "size, MiB", size as f64 / f64::from(1 << 20));
    println!("{:<58} {SECONDS:>8}", "duration, s");
    println!("{:<58} {:>8.1}", "time until its transcript is stored, s", elapsed.as_secs_f64());
    println!("{:<58} {:>8.1}", "idle memory, MiB", mebibytes(idle));
    println!("{:<58} {:>8.1}", "most memory, MiB", mebibytes(peak));
    println!("{:<58} {:>8.1}", "CPU time, s", cpu.as_secs_f64());
    println!("{:<58} {:>8.2}", "CPU time as a share of the duration, %", share * 100.0);
    if duration != Some(f64::from(SECONDS)) {
        return Err(format!("{duration:?} seconds were transcribed").into());
    }
    if peak > RESIDENT_KIB {
        return Err(format!("{} MiB exceed the limit of {}", peak / 1024, RESIDENT_KIB / 1024).into());
    }
    if share > CPU_SHARE {
        return Err(format!("the CPU time exceeds {CPU_SHARE} of the duration").into());
    }
    Ok(())
}

/// Waits until the item is approved, and returns its duration. Meanwhile, its event is repeated, so that a conversion of
/// several steps continues.
async fn transcribed(
    cloud: &Cloud,
    tenants: &Tenants,
    object: &ObjectName,
    generation: i64,
) -> Result<Option<f64>> {
    let start = Instant::now();
    loop {
        tokio::time::sleep(REPEAT).await;
        let item = "select status, failure_message, duration_seconds
                    from items join voice_samples on item_id = id where id = $1";
        let item = sqlx::query_as(item).bind(object.item_id);
        let (status, failure, duration): (String, Option<String>, Option<f64>) =
            item.fetch_one(&tenants.db).await?;
        match status.as_str() {
            "approved" => return Ok(duration),
            "failed" => return Err(failure.unwrap_or_default().into()),
            _ if start.elapsed() > TIMEOUT => return Err(format!("the item is {status}").into()),
            _ => {
                let (attributes, data) = finalize_message(UPLOADS_BUCKET, object, generation, None);
                cloud.pubsub.publish(Topic::Uploads.name(), attributes, data.to_string()).await?;
            }
        }
    }
}

/// Returns a WAV file with a tone on each channel.
fn recording() -> Vec<u8> {
    let second: Vec<u8> = (0..RATE)
        .flat_map(|index| {
            TONES.map(|hertz| {
                let angle = f64::from(index) * hertz * std::f64::consts::TAU / f64::from(RATE);
                (angle.sin() * f64::from(1 << 22)) as i32
            })
        })
        .flat_map(|sample| {
            let [low, middle, high, _] = sample.to_le_bytes();
            [low, middle, high]
        })
        .collect();
    let size = SECONDS * RATE * u32::from(FRAME);
    let mut file = b"RIFF".to_vec();
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(CHANNELS.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * u32::from(FRAME)).to_le_bytes());
    file.extend(FRAME.to_le_bytes());
    file.extend((SAMPLE_BYTES * 8).to_le_bytes());
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(second.repeat(SECONDS as usize));
    file
}
